// TEAM. The request of `troupe demo`: small enough to be read, large enough for four modules that import each other.

export const DEMO_REQUEST = `Write a command-line program in JavaScript, without dependencies, that settles shared expenses.
It reads a text file with one expense on a line, such as "Anna paid 36.50 for dinner: Anna, Ben, Cleo"; text after # is a
comment. It prints what each person is owed or owes, and the payments that make everybody even, as few of them as is easy to
find. No cent may be lost when an amount does not divide evenly. A line that cannot be read is named by its number.`
