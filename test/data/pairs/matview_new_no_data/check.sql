SELECT relispopulated = (relname = 'filled') FROM pg_class WHERE relkind = 'm';
