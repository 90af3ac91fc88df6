package org.kohsuke.stapler;

import jakarta.servlet.http.HttpServletResponse;

/** Declared from stapler 1903.v994a_db_314d58, which Jenkins 2.479.1 ships. */
public interface StaplerResponse2 extends HttpServletResponse {}
