/*-------------------------------------------------------------------------
 *
 * folder.c
 *	  Folders of the server with files of migrations.
 *
 * Who may read or write them is decided as for COPY, by the caller's own
 * membership in pg_read_server_files or pg_write_server_files.  Files are in
 * UTF-8, whatever the database has, as are our checksums.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/pg_authid.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/memutils.h"

#include "compat.h"
#include "folder.h"

/* Folders inside of folders that are looked into */
#define MAX_DEPTH 8

#define UTF8_BOM "\xef\xbb\xbf"

/* ------------------------------------------------------------------------
 * Rights and names
 * ------------------------------------------------------------------------ */

static void
check_role(Oid role, const char *name, const char *what)
{
	if (!has_privs_of_role(GetUserId(), role))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to %s files of the server", what),
				 errdetail("Only roles with privileges of the \"%s\" role may do that.",
						   name),
				 errhint(
					 "schemamig.import_script() and schemamig.export_script() work with texts, so psql can read and write the files.")));
}

static char *
absolute_path(const char *path)
{
	char *copy = pstrdup(path);

	canonicalize_path(copy);
	if (!is_absolute_path(copy))
		ereport(ERROR, (errcode(ERRCODE_INVALID_NAME),
						errmsg("path \"%s\" is not absolute", path)));
	return copy;
}

static bool
ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name);

	return length > strlen(suffix) &&
		   strcmp(name + length - strlen(suffix), suffix) == 0;
}

/* ------------------------------------------------------------------------
 * Reading
 * ------------------------------------------------------------------------ */

/* The text of a file, in the encoding of the database */
static char *
read_file(const char *path)
{
	FILE *file = AllocateFile(path, PG_BINARY_R);
	StringInfoData buf;
	char *text;
	size_t n;

	if (file == NULL)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not open file \"%s\": %m", path)));
	initStringInfo(&buf);
	do
	{
		CHECK_FOR_INTERRUPTS();
		enlargeStringInfo(&buf, 8192);
		n = fread(buf.data + buf.len, 1, 8192, file);
		buf.len += (int) n;
		buf.data[buf.len] = '\0';
	} while (n > 0);
	if (ferror(file))
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not read file \"%s\": %m", path)));
	FreeFile(file);
	text = buf.data;
	if (strncmp(text, UTF8_BOM, strlen(UTF8_BOM)) == 0)
	{
		text += strlen(UTF8_BOM);
		buf.len -= (int) strlen(UTF8_BOM);
	}
	return pg_any_to_server(text, buf.len, PG_UTF8);
}

static void
encoding_error_callback(void *arg)
{
	errcontext("file \"%s\"", (const char *) arg);
}

/* Adds a file, if it is of a sort that any format knows */
static void
add_file(List **sources, const char *path, const char *name)
{
	ErrorContextCallback callback = { .callback = encoding_error_callback,
									  .arg = (void *) path,
									  .previous = error_context_stack };
	static const char *const languages[] = { ".go", ".js", ".cjs", ".mjs",
											 ".ts" };
	const char *text = "";
	bool program = false;

	/* what is written in another language is only known by its name */
	for (size_t i = 0; i < lengthof(languages); i++)
		program = program || ends_with(name, languages[i]);
	if (!program && !ends_with(name, ".sql") && !ends_with(name, ".sql.conf") &&
		strcmp(name, "sqitch.plan") != 0 && !ends_with(name, "/sqitch.plan"))
		return;
	error_context_stack = &callback;
	if (!program)
		text = read_file(path);
	error_context_stack = callback.previous;
	*sources = lappend(*sources, sm_source(pstrdup(name), text));
}

/* The names in a folder, but hidden ones */
static List *
list_folder(const char *path)
{
	DIR *dir = AllocateDir(path);
	struct dirent *entry;
	List *names = NIL;

	if (dir == NULL)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not open directory \"%s\": %m", path)));
	while ((entry = ReadDir(dir, path)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		if (entry->d_name[0] != '.')
			names = lappend(names, pstrdup(entry->d_name));
	}
	FreeDir(dir);
	return names;
}

/*
 * Adds the files of a folder, and of those inside of it that are no symbolic
 * links, which could lead in circles.
 */
static void
add_folder(List **sources, const char *path, const char *prefix, int depth)
{
	ListCell *lc;

	foreach (lc, list_folder(path))
	{
		char *name = psprintf("%s%s", prefix, (char *) lfirst(lc));
		char *full = psprintf("%s/%s", path, (char *) lfirst(lc));
		struct stat st;

		if (lstat(full, &st) == 0 && S_ISDIR(st.st_mode))
		{
			if (depth < MAX_DEPTH)
				add_folder(sources, full, psprintf("%s/", name), depth + 1);
		}
		else if (stat(full, &st) == 0 && S_ISREG(st.st_mode))
			add_file(sources, full, name);
	}
}

static int
compare_sources(const ListCell *a, const ListCell *b)
{
	return strcmp(((const SmSource *) lfirst(a))->name,
				  ((const SmSource *) lfirst(b))->name);
}

/*
 * The files of a folder, or the one that the path names, as a list of SmSource,
 * by name: scripts, and what belongs to them.
 */
List *
sm_folder_read(const char *path)
{
	char *folder;
	struct stat st;
	List *sources = NIL;

	check_role(ROLE_PG_READ_SERVER_FILES, "pg_read_server_files", "read");
	folder = absolute_path(path);
	if (stat(folder, &st) != 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not stat file \"%s\": %m", folder)));
	if (S_ISDIR(st.st_mode))
		add_folder(&sources, folder, "", 0);
	else
		sources =
			list_make1(sm_source(strrchr(folder, '/') + 1, read_file(folder)));
	list_sort(sources, compare_sources);
	return sources;
}

/* ------------------------------------------------------------------------
 * Writing
 * ------------------------------------------------------------------------ */

/* Files that are written, but do not have their names yet */
typedef struct Writing
{
	List *temporary; /* char *: paths */
	MemoryContextCallback callback;
} Writing;

/* When it ends in an error, nothing is left of it */
static void
remove_temporary(void *arg)
{
	Writing *writing = arg;
	ListCell *lc;

	foreach (lc, writing->temporary)
		(void) unlink(lfirst(lc));
}

static void
write_all(int fd, const char *path, const char *text)
{
	int length = (int) strlen(text);

	while (length > 0)
	{
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
		{
			if (n == 0)
				errno = ENOSPC;
			ereport(ERROR, (errcode_for_file_access(),
							errmsg("could not write file \"%s\": %m", path)));
		}
		text += n;
		length -= (int) n;
	}
}

/* Writes a text to a new file, which is known to be on disk then */
static void
write_temporary(Writing *writing, const char *path, const char *text)
{
	MemoryContext old;
	int fd;

	/* one that a crash has left */
	(void) unlink(path);
	fd = OpenTransientFile(path, O_WRONLY | O_CREAT | O_EXCL | PG_BINARY);
	/* readable by others, as what COPY writes, whatever umask the server has */
	if (fd < 0 || fchmod(fd, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) != 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not create file \"%s\": %m", path)));
	old = MemoryContextSwitchTo(GetMemoryChunkContext(writing));
	writing->temporary = lappend(writing->temporary, pstrdup(path));
	MemoryContextSwitchTo(old);
	write_all(fd, path, pg_server_to_any(text, strlen(text), PG_UTF8));
	if (pg_fsync(fd) != 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not fsync file \"%s\": %m", path)));
	if (CloseTransientFile(fd) != 0)
		ereport(ERROR, (errcode_for_file_access(),
						errmsg("could not close file \"%s\": %m", path)));
}

/* Whether a file is there with that text */
static bool
is_written(const char *path, const char *text)
{
	struct stat st;
	const char *wanted = pg_server_to_any(text, strlen(text), PG_UTF8);
	FILE *file;
	char *found;
	bool same;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
		st.st_size != (off_t) strlen(wanted))
		return false;
	file = AllocateFile(path, PG_BINARY_R);
	if (file == NULL)
		return false;
	found = palloc(st.st_size + 1);
	same = fread(found, 1, st.st_size, file) == (size_t) st.st_size &&
		   memcmp(found, wanted, st.st_size) == 0;
	FreeFile(file);
	return same;
}

static char *
temporary_name(const char *folder, const SmFolderFile *file)
{
	return psprintf("%s/.%s.%d.tmp", folder, file->name, MyProcPid);
}

static void
make_folder(const char *folder)
{
	mode_t mode = S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH;

	if (mkdir(folder, mode) < 0 ? errno != EEXIST : chmod(folder, mode) < 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not create directory \"%s\": %m", folder)));
}

/* The scripts in a folder that are none of the files */
static List *
other_scripts(const char *folder, const List *files)
{
	List *others = NIL;
	ListCell *lc;

	foreach (lc, list_folder(folder))
	{
		bool known = !ends_with(lfirst(lc), ".sql");
		ListCell *file;

		foreach (file, files)
			known = known || strcmp(((SmFolderFile *) lfirst(file))->name,
									lfirst(lc)) == 0;
		if (!known)
			others = lappend(others, lfirst(lc));
	}
	return others;
}

/*
 * Writes files, a list of SmFolderFile, into a folder, which is made if it is
 * not there.  Each one takes its name only when all are on disk, so a folder
 * never has half a file, and an error before that changes nothing.  What is
 * there already is not touched.  Returns the names of other scripts in the
 * folder, which are left alone.
 */
List *
sm_folder_write(const char *path, const List *files)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "schemamig files",
							  ALLOCSET_SMALL_SIZES);
	Writing *writing = MemoryContextAllocZero(context, sizeof(Writing));
	char *folder;
	ListCell *lc;

	check_role(ROLE_PG_WRITE_SERVER_FILES, "pg_write_server_files", "write");
	folder = absolute_path(path);
	make_folder(folder);
	writing->callback.func = remove_temporary;
	writing->callback.arg = writing;
	MemoryContextRegisterResetCallback(context, &writing->callback);
	foreach (lc, files)
	{
		SmFolderFile *file = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		file->changed =
			!is_written(psprintf("%s/%s", folder, file->name), file->text);
		if (file->changed)
			write_temporary(writing, temporary_name(folder, file), file->text);
	}
	foreach (lc, files)
	{
		SmFolderFile *file = lfirst(lc);

		if (file->changed)
			(void) durable_rename(temporary_name(folder, file),
								  psprintf("%s/%s", folder, file->name), ERROR);
	}
	writing->temporary = NIL;
	MemoryContextDelete(context);
	return other_scripts(folder, files);
}
