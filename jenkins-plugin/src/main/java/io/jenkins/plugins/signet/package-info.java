/** The Jenkins plugin: step, freestyle builder and global configuration over the client of a Signet agent. */
package io.jenkins.plugins.signet;
