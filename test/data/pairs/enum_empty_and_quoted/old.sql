CREATE TYPE "Empty" AS ENUM ();
CREATE TYPE "Q" AS ENUM ('', ' ', '"', '''', 'a\b', 'ü');
