#!/bin/sh
# Creates Temporal's two databases, or brings them to this version's schema. Safe to run again.
# The tool reads the address and the user from SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD.
set -eu

schemas="${SCHEMA_DIRECTORY:-/etc/temporal/schema}/postgresql/v12"

prepare() { # database, folder of its schema
  temporal-sql-tool --database "$1" create-database
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-dir "$schemas/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
