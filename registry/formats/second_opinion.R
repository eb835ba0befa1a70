# ---- What the checks further down use. The same in every script; nothing of this analysis is in it. ------------------

if (!requireNamespace("metafor", quietly = TRUE))
  stop("this script needs the R package metafor: install.packages(\"metafor\")", call. = FALSE)
suppressPackageStartupMessages(library(metafor))
options(warn = 1)

differences <- character(0)
compared <- 0
not_repeated <- character(0)

section <- function(title) cat("\n", title, "\n", sep = "")

leave <- function(what, why) {
  not_repeated <<- c(not_repeated, paste0(what, ": ", why))
  cat("  not repeated: ", what, " (", why, ")\n", sep = "")
}

# Compare each number of ours with the number of the same name in theirs. `tolerance` is absolute below 1, else relative.
compare <- function(where, ours, theirs, tolerance = TOLERANCE) {
  cat("  ", where, if (tolerance != TOLERANCE) paste0(" (tolerance ", format(tolerance), ")"), "\n", sep = "")
  for (name in names(ours)) {
    a <- ours[[name]]
    b <- if (name %in% names(theirs)) unname(theirs[[name]]) else NA_real_
    gap <- abs(a - b)
    same <- is.finite(gap) && gap <= tolerance * max(1, abs(a))
    compared <<- compared + 1
    cat(sprintf("    %-22s %22.15g %22.15g %9.1e%s\n", name, a, b, gap, if (same) "" else "  DIFFERS"))
    if (!same) {
      said <- sprintf("%s, %s: %.10g by evireg, %.10g by metafor", where, name, a, b)
      differences <<- c(differences, said)
    }
  }
}

head_of_log <- function(title) {
  cat(title, "\n", sep = "")
  cat(R.version.string, ", metafor ", as.character(packageVersion("metafor")), "\n", sep = "")
  cat("tolerance ", format(TOLERANCE), ": absolute below 1, else relative\n", sep = "")
  cat(sprintf("  %-24s %22s %22s %9s\n", "", "evireg", "metafor", "apart"))
}

end_of_log <- function() {
  cat("\n", compared, " numbers compared, ", length(differences), " differ\n", sep = "")
  for (each in not_repeated) cat("not repeated: ", each, "\n", sep = "")
  if (length(differences)) stop("this analysis is not repeated:\n  ", paste(differences, collapse = "\n  "), call. = FALSE)
  cat("Every number that is compared agrees.\n")
}

# metafor's model, its iterations run on to the end. Fisher scoring finds one stationary point of the likelihood, which
# need not be its highest, and may step to and fro: (RE)ML is started from several places with whole and half steps, and
# the likeliest fit is taken.
model <- function(yi, vi, method = METHOD, test = "z", mods = NULL, tau2 = NULL) {
  fit <- function(from, step = 1) {
    control <- list(threshold = 1e-12, maxiter = 10000, tol = 1e-15, tau2.max = 1e6, stepadj = step)
    if (!is.na(from)) control$tau2.init <- from
    asked <- list(yi = yi, vi = vi, method = method, test = test, level = LEVEL, control = control)
    asked$mods <- mods
    asked$tau2 <- tau2
    tryCatch(suppressWarnings(do.call(rma, asked)), error = function(e) conditionMessage(e))
  }
  fitted <- function(fits) Filter(function(each) !is.character(each), fits)
  likelihood <- method %in% c("REML", "ML") && is.null(tau2) && length(yi) > 1
  starts <- if (likelihood) c(NA, 0, var(yi), 10 * var(yi)) else NA
  fits <- lapply(starts, fit)
  good <- fitted(fits)
  if (likelihood && length(good) < length(fits)) good <- c(good, fitted(lapply(starts, fit, step = 0.5)))
  if (!length(good)) stop("metafor cannot fit this model: ", fits[[1]], call. = FALSE)
  if (length(good) == 1) return(good[[1]])
  good[[which.max(vapply(good, function(each) as.numeric(logLik(each)), 0))]]
}

# Half of what a two-sided interval and its p-value need; df NA is the normal distribution.
quantile_of <- function(df) if (is.na(df)) qnorm(0.5 + LEVEL / 200) else qt(0.5 + LEVEL / 200, df)
beyond <- function(x, df) if (is.na(df)) pnorm(-x) else pt(-x, df)

# Standard error and degrees of freedom of the mean under the test that was asked for. metafor has z, t, knha (our
# hk-plain) and adhoc (our hk-adhoc); our default `hk` is the wider of its knha and its z (Jackson et al. 2017).
mean_test <- function(yi, vi, method, test, z, tau2) {
  wald <- c(se = z$se, df = NA)
  k <- length(yi)
  if (test == "z" || k == 1 || method == "FE") return(wald)
  if (test == "t") return(c(se = z$se, df = k - 1))
  if (test == "kr") return(kenward_roger(z))
  knha <- model(yi, vi, method, if (test == "hk-adhoc") "adhoc" else "knha", tau2 = tau2)
  hk <- c(se = knha$se, df = k - 1)
  if (test == "hk" && !(hk[["se"]] > 0 && hk[["se"]] * quantile_of(k - 1) >= z$se * quantile_of(NA))) return(wald)
  hk
}

# Kenward & Roger (1997) for one mean (Partlett & Riley 2017): metafor has none, so the formula is written out here.
kenward_roger <- function(z) {
  w <- 1 / (z$vi + z$tau2)
  s <- c(sum(w), sum(w^2), sum(w^3))
  information <- (s[2] - 2 * s[3] / s[1] + (s[2] / s[1])^2) / 2
  bend <- s[3] - s[2]^2 / s[1]
  c(se = z$se * sqrt(1 + 2 / information * bend / s[1]), df = 2 * (s[1] / s[2])^2 * information)
}

# Prediction interval. Our rules are not metafor's: hk and hts have t(k - 2), t has t(k - 1), kr has t(df - 1).
predicted <- function(z, at, k) {
  hk_se <- if (startsWith(TEST, "hk")) at[["se"]] else if (k > 1 && METHOD != "FE") knha_se(z) else NA
  rule <- list(
    hk = c(hk_se, k - 2), hts = c(z$se, k - 2), t = c(z$se, k - 1), z = c(z$se, NA), metafor = c(at[["se"]], at[["df"]]),
    kr = c(at[["se"]], at[["df"]] - 1)
  )[[PI_RULE]]
  if (is.null(rule)) return(NULL)
  spread <- sqrt(z$tau2 + rule[1]^2)
  mu <- as.numeric(z$beta)
  list(
    pi_low = mu - quantile_of(rule[2]) * spread, pi_high = mu + quantile_of(rule[2]) * spread,
    pi_above = beyond((THRESHOLD - mu) / spread, rule[2])
  )
}
knha_se <- function(z) model(as.numeric(z$yi), z$vi, METHOD, "knha")$se

# A pool with everything that is compared.
pooled <- function(yi, vi, method = METHOD, test = TEST, tau2 = NULL, full = FALSE) {
  if (test == "hc") return(henmi_copas(yi, vi, full))
  k <- length(yi)
  z <- model(yi, vi, method, tau2 = tau2)
  at <- mean_test(yi, vi, method, test, z, tau2)
  mu <- as.numeric(z$beta)
  half <- quantile_of(at[["df"]]) * at[["se"]]
  c(
    list(
      mu = mu, se = at[["se"]], ci_low = mu - half, ci_high = mu + half, p = 2 * beyond(abs(mu / at[["se"]]), at[["df"]]),
      hr = exp(mu), hr_ci_low = exp(mu - half), hr_ci_high = exp(mu + half), wald_ci_low = z$ci.lb, wald_ci_high = z$ci.ub
    ),
    spread_of(z, k),
    if (full) c(predicted(z, at, k), tau2_interval(z))
  )
}

spread_of <- function(z, k) list(
  tau2 = z$tau2, i2 = z$I2, h2 = z$H2, q = z$QE, q_p = z$QEp, i2_q = if (k > 1) max(0, 100 * (1 - (k - 1) / z$QE)) else NA
)

# Henmi & Copas (2010): the common-effect mean with an interval that allows for heterogeneity.
henmi_copas <- function(yi, vi, full) {
  if (length(yi) == 1) return(pooled(yi, vi, "DL", "z"))
  z <- model(yi, vi, "DL")
  found <- hc(z, control = list(tol = 1e-15, maxiter = 10000))
  c(
    list(
      mu = as.numeric(found$beta), se = found$se, ci_low = found$ci.lb, ci_high = found$ci.ub, hr = exp(as.numeric(found$beta)),
      hr_ci_low = exp(found$ci.lb), hr_ci_high = exp(found$ci.ub)
    ),
    spread_of(z, length(yi)), if (full) tau2_interval(z)
  )
}

tau2_interval <- function(z) {
  if (!(TAU2_INTERVAL %in% c("qp", "pl")) || z$k < 2 || z$method == "FE") return(NULL)
  type <- if (TAU2_INTERVAL == "qp") "QP" else "PL"
  found <- suppressWarnings(confint(z, type = type, level = LEVEL, control = list(tol = 1e-15, tau2.max = 1e6)))
  list(tau2_ci_low = found$random["tau^2", "ci.lb"], tau2_ci_high = found$random["tau^2", "ci.ub"])
}

weight_of_rows <- function() {
  if (nrow(rows) == 1) return(100)
  as.numeric(weights(if (TEST == "hc") model(rows$yi, rows$vi, "FE") else model(rows$yi, rows$vi)))
}

# A pool of some rows, by their numbers.
compare_pool <- function(where, members, ours, tau2 = NULL, full = FALSE, tolerance = TOLERANCE) {
  compare(where, ours, pooled(rows$yi[members], rows$vi[members], tau2 = tau2, full = full), tolerance)
}

# A line through the estimates by weighted least squares, its residual variance free: t(k - 2).
weighted_line <- function(yi, x, w) {
  found <- summary(lm(yi ~ x, weights = w))$coefficients
  half <- qt(0.5 + LEVEL / 200, length(yi) - 2) * found[1, 2]
  list(
    slope = found[2, 1], slope_se = found[2, 2], stat = found[2, 3], p = found[2, 4], limit = found[1, 1],
    limit_se = found[1, 2], limit_ci_low = found[1, 1] - half, limit_ci_high = found[1, 1] + half
  )
}

# Groups: with a common tau² a regression on the groups, without one a pool of each.
group_regression <- function(members, group, test) {
  dummies <- if (length(unique(group)) > 1) model.matrix(~ factor(group))[, -1, drop = FALSE]
  model(rows$yi[members], rows$vi[members], METHOD, test, mods = dummies)
}

between_common <- function(members, group) {
  wald <- group_regression(members, group, "z")
  found <- list(q = wald$QM, p = wald$QMp)
  if (METHOD == "FE" || length(members) == length(unique(group))) return(found)
  hk <- group_regression(members, group, "knha")
  c(found, list(f = hk$QM, f_p = hk$QMp))
}

# metafor has no such F test with a tau² of its own for each group: here it is written out (Knapp & Hartung 2003).
between_separate <- function(members, group) {
  parts <- split(members, group)
  fits <- lapply(parts, function(own) model(rows$yi[own], rows$vi[own]))
  means <- vapply(fits, function(fit) as.numeric(fit$beta), 0)
  wald <- rma(means, sei = vapply(fits, function(fit) fit$se, 0), method = "FE")
  df <- length(parts) - 1
  rest <- length(members) - length(parts)
  squares <- vapply(fits, function(fit) sum((fit$yi - as.numeric(fit$beta))^2 / (fit$vi + fit$tau2)), 0)
  f <- wald$QE / df / (sum(squares) / rest)
  list(q = wald$QE, p = wald$QEp, f = f, f_p = pf(f, df, rest, lower.tail = FALSE))
}

# One number of several rows: one line in the log, and one for each row that differs.
compare_rows <- function(name, members, ours, theirs, tolerance = TOLERANCE) {
  gap <- abs(ours - theirs)
  wrong <- !is.finite(gap) | gap > tolerance * pmax(1, abs(ours))
  compared <<- compared + length(members)
  worst <- if (all(is.finite(gap))) max(gap) else NA
  cat(sprintf("    %-22s %22s %22s %9.1e%s\n", name, paste(length(members), "rows"), "", worst, if (any(wrong)) "  DIFFERS" else ""))
  for (i in which(wrong)) {
    said <- sprintf("%s of %s: %.10g by evireg, %.10g by metafor", name, rows$label[members[i]], ours[i], theirs[i])
    cat("    ", said, "\n", sep = "")
    differences <<- c(differences, said)
  }
}

# Several estimates of the same patients.
working_covariance <- function(rho) {
  same <- outer(rows$unit, rows$unit, "==")
  V <- outer(sqrt(rows$vi), sqrt(rows$vi)) * ifelse(same, rho, 0)
  diag(V) <- rows$vi
  V
}

mixed <- function(fit) list(mu = as.numeric(fit$beta), tau2 = if (is.null(fit$tau2) || inherits(fit, "rma.mv")) sum(fit$sigma2) else fit$tau2, q = fit$QE)

compare_robust <- function(kind, ours, fit, unit, tolerance = TOLERANCE) {
  if (kind == "CR2" && !requireNamespace("clubSandwich", quietly = TRUE))
    return(leave("CR2 standard errors", "they need the R package clubSandwich"))
  found <- if (kind == "model") fit else do.call(robust, list(fit, cluster = unit, clubSandwich = kind == "CR2"))
  compare(kind, ours, list(se = found$se, p = found$pval, ci_low = found$ci.lb, ci_high = found$ci.ub), tolerance)
}

# Meta-regression: our `hk` is the wider of knha and z, for each coefficient as for the mean. The moderators are centred,
# which changes the intercept only, and it is turned back: with years as they are, metafor inverts a matrix in which
# numbers of 2,000 and their squares stand beside ones, and loses half its digits.
regression <- function(members, x, method, test) {
  centres <- colMeans(x)
  centred <- sweep(x, 2, centres)
  fit <- function(test) model(rows$yi[members], rows$vi[members], method, test, mods = centred)
  random <- method != "FE"
  list(z = fit("z"), hk = if (random) fit("knha"), adhoc = if (test == "hk-adhoc" && random) fit("adhoc"),
       t = if (test == "t" && random) fit("t"), test = test, centres = centres)
}

coefficient <- function(fit, i) {
  shares <- if (i == 1) c(1, -fit$centres) else replace(numeric(length(fit$centres) + 1), i, 1)
  of <- function(used) {
    b <- sum(shares * used$beta)
    se <- sqrt(drop(shares %*% used$vb %*% shares))
    df <- if (used$test == "z") NA else used$k - used$p
    half <- quantile_of(df) * se
    list(b = b, se = se, p = 2 * beyond(abs(b / se), df), ci_low = b - half, ci_high = b + half, half = half)
  }
  z <- of(fit$z)
  hk <- if (is.null(fit$hk)) z else of(fit$hk)
  wider <- isTRUE(hk$half >= z$half)
  switch(fit$test, z = z, t = of(fit$t), `hk-plain` = hk, `hk-adhoc` = of(fit$adhoc), hk = if (wider) hk else z)
}

explained <- function(fit) {
  found <- list(tau2 = fit$z$tau2, i2 = fit$z$I2, qe = fit$z$QE, qe_p = fit$z$QEp, chi2 = fit$z$QM, chi2_p = fit$z$QMp)
  if (!is.null(fit$hk)) found <- c(found, list(f = fit$hk$QM, f_p = fit$hk$QMp))
  without <- model(as.numeric(fit$z$yi), fit$z$vi, fit$z$method)$tau2
  c(found, list(r2 = max(0, 100 * (without - fit$z$tau2) / without)))
}

# Small-study effects.
egger <- function(kind, predictor, method) {
  own <- if (kind == "lm") regtest(rows$yi, rows$vi, model = "lm", predictor = predictor, level = LEVEL)
         else regtest(model(rows$yi, rows$vi, method), model = "rma", predictor = predictor, level = LEVEL,
                      control = list(threshold = 1e-12, maxiter = 10000))
  list(stat = own$zval, p = own$pval, limit = own$est, limit_ci_low = own$ci.lb, limit_ci_high = own$ci.ub)
}

rank_test <- function(exact) {
  found <- suppressWarnings(ranktest(rows$yi, rows$vi, exact = exact))
  list(tau = found$tau, p = found$pval)
}

# metafor's trimfill drops the control of its model: it is run on here with it, and the filled-in rows pooled again.
filled <- function(estimator, side, method, test) {
  control <- list(threshold = 1e-12, maxiter = 10000)
  found <- trimfill(model(rows$yi, rows$vi, method), estimator = estimator, side = side, control = control)
  k0 <- found$k0
  again <- pooled(as.numeric(found$yi), as.numeric(found$vi), method, test)
  c(list(k0 = k0), again)
}

events_line <- function(yi, d1, d2) {
  empty <- d1 == 0 | d2 == 0
  d1 <- d1 + 0.5 * empty
  d2 <- d2 + 0.5 * empty
  weighted_line(yi, 1 / (d1 + d2), 1 / (1 / d1 + 1 / d2))
}

# The likelihood of a selection model may have several maxima, also at tau² = 0, where metafor's search does not look:
# it is run from several places, and with tau² = 0 given.
selected <- function(step, alternative) {
  plain <- model(rows$yi, rows$vi, "ML")
  fit <- function(tau2, from) tryCatch(suppressWarnings(selmodel(plain, type = "stepfun", steps = step,
    alternative = alternative, tau2 = tau2, control = c(list(reltol = 1e-14, maxit = 20000), from))), error = function(e) NULL)
  starts <- lapply(c(0.1, 0.5, 1, 2), function(delta) list(delta.init = c(1, delta)))
  fits <- Filter(Negate(is.null), c(lapply(starts, function(from) fit(NA, from)), lapply(starts, function(from) fit(0, from))))
  if (!length(fits)) return(list())
  best <- fits[[which.max(vapply(fits, function(each) as.numeric(each$ll), 0))]]
  unselected <- as.numeric(logLik(plain))
  list(mu = as.numeric(best$beta), tau2 = best$tau2, delta = best$delta[2], lrt = max(0, 2 * (as.numeric(best$ll) - unselected)))
}
