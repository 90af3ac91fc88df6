/**
 * What one step of a build does with an agent: hash, open a request, wait for its approval, sign, apply. Knows files
 * and logs by interfaces only, and nothing of Jenkins.
 */
package io.jenkins.plugins.signet.signing;
