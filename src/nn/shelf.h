/*
 * shelf.h -- the networks that the program knows by name.
 *
 * Any thread may call these.
 */
#ifndef NN_SHELF_H
#define NN_SHELF_H

/* The i-th network's name, from 0; NULL past the last. */
const char *shelf_name(int i);

/* What the i-th network is for. */
const char *shelf_purpose(int i);

#endif
