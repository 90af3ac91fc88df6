/**
 * Compares the declarations of {@code jenkins-api} with real class files. A program of the build: it is never packaged.
 */
package io.jenkins.plugins.signet.apicheck;
