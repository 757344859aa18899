CREATE TYPE co AS (x int);
CREATE TYPE mood AS ENUM ('happy', 'sad');
