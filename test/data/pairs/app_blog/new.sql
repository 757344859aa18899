CREATE TYPE user_role AS ENUM ('author', 'editor', 'admin');
CREATE TABLE users (
	id bigserial PRIMARY KEY,
	login varchar(40) NOT NULL,
	email varchar(320) NOT NULL,
	password text NOT NULL,
	role user_role DEFAULT 'author' NOT NULL,
	created timestamptz DEFAULT now() NOT NULL,
	last_login timestamptz
);
CREATE UNIQUE INDEX users_login_key ON users (lower(login));
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE TABLE posts (
	id bigserial PRIMARY KEY,
	user_id bigint NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
	slug text NOT NULL UNIQUE,
	title text NOT NULL,
	body text,
	published_at timestamptz,
	created timestamptz DEFAULT now() NOT NULL,
	word_count int GENERATED ALWAYS AS (array_length(string_to_array(body, ' '), 1)) STORED
);
CREATE INDEX posts_user ON posts (user_id, created DESC);
CREATE INDEX posts_published ON posts (published_at DESC) WHERE published_at IS NOT NULL;
CREATE TABLE tags (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE posts_tags (post_id bigint REFERENCES posts ON DELETE CASCADE, tag_id bigint REFERENCES tags ON DELETE CASCADE, PRIMARY KEY (post_id, tag_id));
CREATE INDEX posts_tags_tag ON posts_tags (tag_id);
CREATE TABLE comments (
	id bigserial PRIMARY KEY,
	post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE,
	parent_id bigint REFERENCES comments ON DELETE CASCADE,
	user_id bigint REFERENCES users ON DELETE SET NULL,
	author text,
	body text NOT NULL CHECK (body <> ''),
	created timestamptz DEFAULT now() NOT NULL
);
CREATE INDEX comments_post ON comments (post_id, created);
CREATE FUNCTION slugify(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT trim(BOTH '-' FROM regexp_replace(lower(t), '[^a-z0-9]+', '-', 'g')) $$;
CREATE FUNCTION posts_slug() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.slug IS NULL OR NEW.slug = '' THEN
		NEW.slug := slugify(NEW.title) || '-' || NEW.id;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER posts_slug BEFORE INSERT OR UPDATE OF title ON posts FOR EACH ROW EXECUTE FUNCTION posts_slug();
CREATE VIEW published_posts AS SELECT p.id, p.slug, p.title, p.body, p.published_at, u.login AS author FROM posts p JOIN users u ON u.id = p.user_id WHERE published_at <= now();
CREATE VIEW recent AS SELECT id, title, author FROM published_posts ORDER BY published_at DESC LIMIT 20;
CREATE VIEW tag_counts AS SELECT t.name, count(*) AS n FROM tags t JOIN posts_tags pt ON pt.tag_id = t.id GROUP BY t.name;
GRANT SELECT ON published_posts, recent, tag_counts TO app_reader;
