package org.kohsuke.stapler.verb;

import org.kohsuke.stapler.interceptor.Interceptor;

/** Declared from stapler 1903.v994a_db_314d58. */
public class HttpVerbInterceptor extends Interceptor {}
