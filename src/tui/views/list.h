/*
 * list.h -- every pane and every view of the dashboard, a line each.
 *
 * A pane is a part of the screen with a border; `pane_NAME` in views/pane_*.c is all about it (see
 * pane.h). A view shows some panes; `view_NAME` in views/view_NAME.c is all about it; on the
 * command line it is called NAME. The views are in the order of their keys: 1, 2, ...
 */
#ifndef TUI_VIEWS_LIST_H
#define TUI_VIEWS_LIST_H

#define PANE_LIST(PANE)                                                                            \
    PANE(PANE_LOSS, pane_loss)                                                                     \
    PANE(PANE_ACCURACY, pane_accuracy)                                                             \
    PANE(PANE_RATE, pane_rate)                                                                     \
    PANE(PANE_MODEL, pane_layers)                                                                  \
    PANE(PANE_BLOCKS, pane_blocks)                                                                 \
    PANE(PANE_CARD, pane_card)                                                                     \
    PANE(PANE_WORST, pane_worst)                                                                   \
    PANE(PANE_THUMBS, pane_thumbs)                                                                 \
    PANE(PANE_EVENTS, pane_events)                                                                 \
    PANE(PANE_CONFUSION, pane_confusion)                                                           \
    PANE(PANE_CELL, pane_cell)                                                                     \
    PANE(PANE_KERNELS, pane_kernels)                                                               \
    PANE(PANE_HISTOGRAMS, pane_histograms)                                                         \
    PANE(PANE_ACTIVATIONS, pane_activations)                                                       \
    PANE(PANE_DRAW, pane_draw)                                                                     \
    PANE(PANE_MAP, pane_map)                                                                       \
    PANE(PANE_NEIGHBOURS, pane_neighbours)

#define VIEW_LIST(VIEW)                                                                            \
    VIEW(VIEW_OVERVIEW, view_overview)                                                             \
    VIEW(VIEW_PLOTS, view_plots)                                                                   \
    VIEW(VIEW_MODEL, view_model)                                                                   \
    VIEW(VIEW_SAMPLES, view_samples)                                                               \
    VIEW(VIEW_CONFUSION, view_confusion)                                                           \
    VIEW(VIEW_DRAW, view_draw)                                                                     \
    VIEW(VIEW_MAP, view_map)

#define LIST_NUMBER(number, name) number,

enum pane { PANE_LIST(LIST_NUMBER) PANE_COUNT };
enum view { VIEW_LIST(LIST_NUMBER) VIEW_COUNT };

#endif
