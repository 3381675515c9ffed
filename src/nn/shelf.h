/*
 * shelf.h -- the networks that everyone starts from: each a name and a text in the language of
 * model_text.h, so that they take any data.
 *
 * Any thread may call these.
 */
#ifndef NN_SHELF_H
#define NN_SHELF_H

/* The i-th network's name, from 0; NULL past the last. */
const char *shelf_name(int i);

/* Its text; what it is for, or where it comes from. */
const char *shelf_text(int i);
const char *shelf_purpose(int i);

/* Which network has that text, the shortest one for so many classes; -1: none. */
int shelf_find(const char *text, int classes);

#endif
