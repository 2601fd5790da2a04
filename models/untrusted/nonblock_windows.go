package untrusted

// nonblock is nothing here: a pipe of Windows has no place in a folder.
const nonblock = 0
