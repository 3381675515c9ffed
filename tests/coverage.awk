# coverage.awk -- reads what gcov -n -b says; prints the executed share of the lines, and the share of the
# branches that were taken, of each file of src/ and of all. A file that several objects are made of (the
# kernels) counts with the most it has.

/^File / {
    file = $2
    gsub(/\047/, "", file)
    if (!sub(/^.*src\//, "src/", file) || file !~ /\.c$/)
        file = ""
}
/^(Calls executed|No calls)/ { file = "" }
/^Lines executed:/ && file != "" { take("lines", $2, $4) }
/^Taken at least once:/ && file != "" { take("branches", $4, $6) }
function take(what, share, count) {
    sub(/^[a-z]*:/, "", share)
    counts[what, file] = count
    if (share + 0 >= best[what, file] + 0)
        best[what, file] = share + 0
    files[file]
}
function show(what) {
    total[what] += counts[what, file]
    hit[what] += best[what, file] / 100 * counts[what, file]
    return sprintf("%6.2f %% of %4d %s", best[what, file], counts[what, file], what)
}
END {
    for (file in files)
        print show("lines") ", " show("branches") "  " file | "sort -k11"
    close("sort -k11")
    for (what in total)
        printf "%6.2f %% of %4d %s in all\n", 100 * hit[what] / total[what], total[what], what
}
