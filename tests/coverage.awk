# coverage.awk -- reads what gcov -n says; prints the executed share of the lines of each file of src/
# and of all. A file that several objects are made of (the kernels) counts with the most it has.

/^File / {
    file = $2
    gsub(/\047/, "", file)
    if (!sub(/^.*src\//, "src/", file) || file !~ /\.c$/)
        file = ""
}
/^Lines executed:/ && file != "" {
    share = $2
    sub(/^executed:/, "", share)
    lines[file] = $4
    if (share + 0 > best[file] + 0)
        best[file] = share + 0
    file = ""
}
END {
    for (file in lines) {
        printf "%6.2f %% of %4d lines  %s\n", best[file], lines[file], file | "sort -k5"
        executed += best[file] / 100 * lines[file]
        all += lines[file]
    }
    close("sort -k5")
    printf "%6.2f %% of %4d lines  in all\n", (all > 0 ? 100 * executed / all : 0), all
}
