/*-------------------------------------------------------------------------
 *
 * folder.h
 *	  Folders of the server with files of migrations.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_FOLDER_H
#define SM_FOLDER_H

#include "source.h"

/* A file that is to be written */
typedef struct SmFolderFile
{
	char *id; /* what is in it */
	char *name;
	char *text;
	bool changed; /* false: it was there like that already */
} SmFolderFile;

extern List *sm_folder_read(const char *path);
extern List *sm_folder_write(const char *path, const List *files);

#endif /* SM_FOLDER_H */
