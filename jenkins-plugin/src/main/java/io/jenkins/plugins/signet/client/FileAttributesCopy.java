package io.jenkins.plugins.signet.client;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;

/** Gives a file the permissions of another one. Times are not copied: the content is new. */
final class FileAttributesCopy {
    private FileAttributesCopy() {}

    static void copy(Path from, Path to) throws IOException {
        PosixFileAttributeView source = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        PosixFileAttributeView target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (source != null && target != null) {
            PosixFileAttributes attributes = source.readAttributes();
            copyGroup(attributes, target);
            target.setPermissions(attributes.permissions());
            return;
        }
        AclFileAttributeView acl = Files.getFileAttributeView(from, AclFileAttributeView.class);
        AclFileAttributeView targetAcl = Files.getFileAttributeView(to, AclFileAttributeView.class);
        if (acl != null && targetAcl != null) {
            targetAcl.setAcl(acl.getAcl());
        }
    }

    /** A group that this account may not give away stays its own, as with any copied file. */
    private static void copyGroup(PosixFileAttributes attributes, PosixFileAttributeView target) throws IOException {
        if (!attributes.group().equals(target.readAttributes().group())) {
            try {
                target.setGroup(attributes.group());
            } catch (FileSystemException e) {
                // Only the superuser and members of a group may give a file to it.
            }
        }
    }
}
