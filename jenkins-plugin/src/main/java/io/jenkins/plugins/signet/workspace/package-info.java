/** The files of a build on its node: what runs there, and how the controller reaches it. No secret gets there. */
package io.jenkins.plugins.signet.workspace;
