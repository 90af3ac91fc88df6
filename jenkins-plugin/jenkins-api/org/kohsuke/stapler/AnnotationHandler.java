package org.kohsuke.stapler;

import java.lang.annotation.Annotation;

/** Declared from stapler 1903.v994a_db_314d58. */
public abstract class AnnotationHandler<T extends Annotation> {}
