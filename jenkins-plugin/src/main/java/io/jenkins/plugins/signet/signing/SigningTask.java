package io.jenkins.plugins.signet.signing;

/**
 * What a step is to do.
 *
 * @param files Ant patterns, separated by commas
 * @param excludes the same; null for none
 * @param outputDir directory in the workspace for the signed files; null for signing in place
 * @param allowEmpty whether it is in order that no file is found
 * @param parallelism how many files are signed at a time, at least 1
 * @param choices what the request says beside files and build
 */
public record SigningTask(
        String files, String excludes, String outputDir, boolean allowEmpty, int parallelism,
        SigningPlan.Choices choices) {}
