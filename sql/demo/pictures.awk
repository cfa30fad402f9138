BEGIN { FS = "\t" }
{ print "<svg/>" > (folder "/" $1 ".svg"); close(folder "/" $1 ".svg") }
