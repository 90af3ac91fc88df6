package io.jenkins.plugins.signet.workspace;

import hudson.Util;
import hudson.remoting.VirtualChannel;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import jenkins.MasterToSlaveFileCallable;
import org.apache.tools.ant.Project;

/** Finds the files that Ant patterns name, on the node. */
final class FindFiles extends MasterToSlaveFileCallable<List<String>> {
    private static final long serialVersionUID = 1L;

    private final String includes;
    private final String excludes;

    FindFiles(String includes, String excludes) {
        this.includes = includes;
        this.excludes = excludes;
    }

    @Override
    public List<String> invoke(File root, VirtualChannel channel) {
        String[] found = Util.createFileSet(root, includes, excludes)
                .getDirectoryScanner(new Project())
                .getIncludedFiles();
        return Arrays.stream(found)
                .map(name -> File.separatorChar == '/' ? name : name.replace(File.separatorChar, '/'))
                .sorted()
                .collect(Collectors.toCollection(ArrayList::new));
    }
}
