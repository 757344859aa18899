-- All revisions of the example, in the order in which they were written.
\ir revisions/01_users.sql
\ir revisions/02_tasks.sql
\ir revisions/03_priority_text.sql
\ir revisions/04_updated_at_add.sql
\ir revisions/05_updated_at_backfill.sql
\ir revisions/06_updated_at_require.sql
\ir revisions/07_assignee.sql
\ir revisions/08_labels.sql
\ir revisions/09_first_labels.sql
\ir revisions/10_merge.sql
\ir revisions/11_settings.sql
\ir revisions/12_open_tasks.sql
\ir revisions/13_created_at_index.sql
