package org.kohsuke.stapler;

/** Declared from stapler 1903.v994a_db_314d58. */
public interface StaplerRequest2 {}
