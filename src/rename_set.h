/*-------------------------------------------------------------------------
 *
 * rename_set.h
 *	  The objects that get other names, and how all objects are called then.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_RENAME_SET_H
#define SM_RENAME_SET_H

#include "kinds.h"

/* How an object is named in SQL */
typedef enum SmRenameShape
{
	SM_SHAPE_NONE,	  /* cannot be renamed */
	SM_SHAPE_SCHEMA,  /* name */
	SM_SHAPE_WHOLE,	  /* schema.name */
	SM_SHAPE_ROUTINE, /* schema.name(types) */
	SM_SHAPE_COLUMN,  /* whole.name */
	SM_SHAPE_PART,	  /* name ON whole */
	SM_SHAPE_LABEL	  /* whole.'name' */
} SmRenameShape;

/*
 * Something that gets another name or schema.  Schemas are known by the names
 * that they had in the beginning, while they may be renamed themselves.
 *
 * What no object of the snapshot stands for has the one that it belongs to: a
 * value of an enum, the sequence of an identity column, a not null constraint.
 */
typedef struct SmRenamed
{
	SmRenameShape shape;
	const SmKind *kind;
	const SmObject *object;
	bool is_object;			/* it is that object, and not only of it */
	const SmObject *parent; /* of a part */
	SmAddress address;
	const char *schema; /* as it is called now, none of them quoted ... */
	const char *name;
	const char *new_schema; /* ... and in the end */
	const char *new_name;
	bool hinted;			   /* somebody has said so ... */
	bool told;				   /* ... in the model, and not in the call */
	bool aside;				   /* has had a name that is neither */
	bool goes;				   /* is dropped afterwards */
	struct SmRenamed *leader;  /* is renamed along with that one */
	struct SmRenamed *carrier; /* is moved along with that one */
	List *followers;		   /* of SmAddress: what is renamed along, also if
								* no object stands for it */
} SmRenamed;

/* At which point in time a name is asked for */
typedef enum SmRenameTime
{
	SM_TIME_NOW,
	SM_TIME_END
} SmRenameTime;

typedef struct SmRenameSet
{
	const SmSnapshot *live;
	const SmSnapshot *to;
	List *renamed; /* of SmRenamed */
	HTAB *by_name; /* all objects that ever have a name */
	HTAB *by_object;
} SmRenameSet;

extern SmRenameSet *
sm_rename_set_create(const SmSnapshot *live, const SmSnapshot *to);
extern SmRenamed *sm_rename_set_add(SmRenameSet *set, const SmObject *object);
extern SmRenamed *
sm_rename_set_add_new(SmRenameSet *set, SmRenameShape shape, const SmKind *kind,
					  const SmObject *object, const SmObject *parent,
					  const char *schema, const char *name, SmAddress address);
extern void sm_rename_set_remove(SmRenameSet *set, SmRenamed *renamed);
extern SmRenamed *
sm_rename_set_find(const SmRenameSet *set, const SmObject *object);
extern List *sm_rename_set_called(const SmRenameSet *set, const char *name);
extern void
sm_rename_set_call(SmRenameSet *set, SmRenamed *renamed, const char *name);
extern bool
sm_rename_set_taken(const SmRenameSet *set, const SmRenamed *renamed,
					const char *schema, const char *name, SmRenameTime time);
extern const SmObject *
sm_rename_set_obstacle(const SmRenameSet *set, const SmRenamed *renamed);
extern void sm_rename_set_put_aside(SmRenameSet *set, SmRenamed *renamed);
extern char *sm_rename_set_free_name(const SmRenameSet *set);

extern SmRenameShape sm_rename_shape(const SmObject *object);
extern bool sm_rename_has_index(const SmObject *object);
extern const char *
sm_rename_schema(const SmRenameSet *set, const char *schema, SmRenameTime time);
extern const char *
sm_rename_schema_at_end(const SmRenameSet *set, const char *name);
extern const char *
sm_rename_identity(const SmRenameSet *set, const SmObject *object,
				   SmRenameTime time);
extern const char *
sm_rename_renamed_identity(const SmRenameSet *set, const SmRenamed *renamed,
						   SmRenameTime time);
extern const char *
sm_rename_identity_as(const SmRenameSet *set, const SmObject *object,
					  const char *schema, const char *name, SmRenameTime time);

#endif /* SM_RENAME_SET_H */
