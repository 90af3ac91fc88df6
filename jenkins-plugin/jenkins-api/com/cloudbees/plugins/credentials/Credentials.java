package com.cloudbees.plugins.credentials;

import hudson.ExtensionPoint;
import hudson.model.Describable;
import java.io.Serializable;

/** Declared from credentials 1405.vb_cda_74a_f8974. */
public interface Credentials extends Describable<Credentials>, Serializable, ExtensionPoint {}
