/*-------------------------------------------------------------------------
 *
 * ddl.h
 *	  The text of a model, as statements.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_DDL_H
#define SM_DDL_H

#include "allow.h"
#include "hint.h"
#include "nodes/pg_list.h"
#include "script.h"

/* A text of a model */
typedef struct SmModelText
{
	const char *name; /* of the piece, for messages; "": none */
	const char *text;
	bool replay; /* it is a script of a revision */
} SmModelText;

/* A piece of the model, with what is to be done with each statement */
typedef struct SmDdlPiece
{
	SmScript *script;
	SmAllow *allow; /* one for each statement */
	bool replay;
} SmDdlPiece;

/* An extension that a model declares; what it does not say is NULL */
typedef struct SmDdlExtension
{
	const char *name;
	const char *schema;
	const char *version;
} SmDdlExtension;

typedef struct SmDdl
{
	List *pieces;	  /* of SmDdlPiece */
	List *schemas;	  /* char *: those that it makes objects in */
	List *created;	  /* char *: those that it creates */
	List *extensions; /* of SmDdlExtension */
	List *renames;	  /* of SmRename */
	List *solo;		  /* of Node: what makes named objects in no schema */
	bool warned;	  /* there was a warning, which belongs to every reading */
} SmDdl;

extern SmDdl *sm_ddl_parse(const List *texts, const char *schema);

#endif /* SM_DDL_H */
