CREATE TYPE "Empty" AS ENUM ('first');
CREATE TYPE "Q" AS ENUM ('', ' ', '$1', '"', '''', 'a\b', 'ü', '日本', ',');
COMMENT ON TYPE "Q" IS 'quoted';
GRANT USAGE ON TYPE "Q" TO app_reader;
REVOKE USAGE ON TYPE "Q" FROM PUBLIC;
