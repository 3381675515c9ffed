/*
 * coverage_raise.c -- in a build with --enable-coverage, stands between the program and raise():
 * what the program executed would not be counted if it ended there.
 */
#include <gcov.h>

int __real_raise(int signal_number);
int __wrap_raise(int signal_number);

int __wrap_raise(int signal_number)
{
    __gcov_dump();
    __gcov_reset(); /* as the program may go on, and then counts again */
    return __real_raise(signal_number);
}
