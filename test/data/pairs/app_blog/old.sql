CREATE TABLE users (
	id serial PRIMARY KEY,
	login varchar(40) NOT NULL,
	email varchar(255) NOT NULL,
	password text NOT NULL,
	role text DEFAULT 'author' NOT NULL CHECK (role IN ('author', 'editor', 'admin')),
	created timestamp without time zone DEFAULT now()
);
CREATE UNIQUE INDEX users_login_key ON users (lower(login));
CREATE TABLE posts (
	id serial PRIMARY KEY,
	user_id int NOT NULL REFERENCES users (id),
	slug text NOT NULL,
	title text NOT NULL,
	body text,
	published boolean DEFAULT false,
	created timestamp without time zone DEFAULT now()
);
CREATE INDEX posts_user ON posts (user_id);
CREATE TABLE tags (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE posts_tags (post_id int REFERENCES posts ON DELETE CASCADE, tag_id int REFERENCES tags ON DELETE CASCADE, PRIMARY KEY (post_id, tag_id));
CREATE TABLE comments (
	id serial PRIMARY KEY,
	post_id int NOT NULL REFERENCES posts ON DELETE CASCADE,
	author text,
	body text NOT NULL,
	created timestamp DEFAULT now()
);
CREATE FUNCTION slugify(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT regexp_replace(lower(t), '[^a-z0-9]+', '-', 'g') $$;
CREATE FUNCTION posts_slug() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.slug IS NULL THEN
		NEW.slug := slugify(NEW.title);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER posts_slug BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION posts_slug();
CREATE VIEW published_posts AS SELECT p.*, u.login AS author FROM posts p JOIN users u ON u.id = p.user_id WHERE published;
CREATE VIEW recent AS SELECT id, title, author FROM published_posts ORDER BY created DESC LIMIT 20;
CREATE VIEW tag_counts AS SELECT t.name, count(*) AS n FROM tags t JOIN posts_tags pt ON pt.tag_id = t.id GROUP BY t.name;
GRANT SELECT ON published_posts, recent, tag_counts TO app_reader;
