/**
 * The only package that touches the disk: files, directories, links, syncs and locks behind {@link
 * dev.firn.core.disk.Disk}.
 */
@NullMarked
package dev.firn.core.disk;

import org.jspecify.annotations.NullMarked;
