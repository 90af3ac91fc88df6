package org.kohsuke.stapler.interceptor;

/** Declared from stapler 1903.v994a_db_314d58. */
public abstract class Interceptor {}
