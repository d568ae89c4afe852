// What Swift's Glibc module leaves out, because it is declared for _GNU_SOURCE only.

// Everything that was written to the file system of an open file, with its errors since that file was opened: syncfs(2).
extern int syncfs(int descriptor);
