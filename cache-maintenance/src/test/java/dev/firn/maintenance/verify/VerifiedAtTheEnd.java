package dev.firn.maintenance.verify;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The quick check runs on every cache below the test's temporary directories when a test of this
 * class has passed, and must find neither damage nor warnings.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(VerifyExtension.class)
public @interface VerifiedAtTheEnd {}
