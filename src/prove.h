/*-------------------------------------------------------------------------
 *
 * prove.h
 *	  Proving that scripts lead from one state to the other, and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SM_PROVE_H
#define SM_PROVE_H

#include "compare.h"

extern void sm_prove(const SmComparison *comparison);
extern void sm_prove_replay(const SmComparison *comparison);

#endif /* SM_PROVE_H */
