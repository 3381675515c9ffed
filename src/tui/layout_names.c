#include "tui/layout.h"

#include <stddef.h>

/* view_overview is called "overview". */
#define LIST_NAME(number, name) &#name[sizeof "view_" - 1],

const char *layout_view_name(int view)
{
    static const char *const names[] = {VIEW_LIST(LIST_NAME)};

    return view < VIEW_COUNT ? names[view] : NULL;
}
