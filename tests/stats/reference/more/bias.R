# Makes bias.json: Rscript bias.R (in this folder). R 4, metafor 3.8-1, survival, jsonlite.
# Small-study values beside those of the files above: options they lack, and the two analyses whose optimiser stops
# early there (trimfill drops the control of its model; selmodel's BFGS has reltol 1e-8), run on to the end.
suppressMessages({library(metafor); library(jsonlite); library(survival)})
control <- list(threshold = 1e-12, maxiter = 5000)
read <- function(name) fromJSON(file.path("..", paste0(name, ".json")))
asymmetry <- function(r) list(stat = r$zval, p = r$pval, df = r$ddf, limit = r$est, limit_ci_low = r$ci.lb, limit_ci_high = r$ci.ub)
filled <- function(r) list(mu = c(r$beta), se = r$se, stat = r$zval, p = r$pval, ci_low = r$ci.lb, ci_high = r$ci.ub,
  tau2 = r$tau2, i2 = r$I2, h2 = r$H2, q = r$QE, q_p = r$QEp, k = r$k, k0 = r$k0, side = r$side, se_k0 = r$se.k0, p_k0 = r$p.k0)
selected <- function(fit, alternative, tau2) {
  s <- suppressWarnings(selmodel(fit, type = "stepfun", steps = 0.025, alternative = alternative, tau2 = tau2,
    control = list(reltol = 1e-16, maxit = 10000)))
  list(mu = c(s$beta), se = s$se, tau2 = s$tau2, se_tau2 = s$se.tau2, delta = s$delta[2], se_delta = s$se.delta[2],
    ll = s$ll, lrt = s$LRT)
}
line <- function(yi, x, w) {
  fit <- lm(yi ~ x, weights = w); b <- coef(summary(fit)); ci <- confint(fit)[1, ]
  list(slope = b[2, 1], slope_se = b[2, 2], stat = b[2, 3], p = b[2, 4], df = fit$df.residual, limit = b[1, 1],
    limit_se = b[1, 2], limit_ci_low = ci[[1]], limit_ci_high = ci[[2]])
}

out <- list()
for (name in c("bcg_log_rr", "edge_wide_variances", "egger2001_log_or", "konstantopoulos2011_smd_clustered",
               "riley2003_both_clustered", "riley2003_os_log_hr", "synthetic_eight_log_hr")) {
  d <- read(name)$data; yi <- d$yi; vi <- d$sei^2; one <- list()
  one$regtest <- list(
    lm_vi = asymmetry(regtest(yi, vi, model = "lm", predictor = "vi")),
    rma_sei_FE = asymmetry(regtest(yi, vi, model = "rma", predictor = "sei", method = "FE")),
    rma_vi_DL = asymmetry(regtest(yi, vi, model = "rma", predictor = "vi", method = "DL")))
  if (!is.null(d$n)) one$regtest$lm_ninv <- asymmetry(regtest(yi, vi, ni = d$n, model = "lm", predictor = "ninv"))
  one$pet <- line(yi, sqrt(vi), 1 / vi); one$peese <- line(yi, vi, 1 / vi)
  # events: made up, the same rule in the test
  one$d1 <- 3 + (seq_along(yi) * 7) %% 23; one$d2 <- 2 + (seq_along(yi) * 11) %% 31
  one$d_fiv <- line(yi, 1 / (one$d1 + one$d2), 1 / vi)
  one$d_fav <- line(yi, 1 / (one$d1 + one$d2), 1 / (1 / one$d1 + 1 / one$d2))
  reml <- rma(yi, vi, method = "REML", control = control)
  one$trim_fill <- list(
    REML_L0 = filled(trimfill(reml, estimator = "L0", control = control)),
    REML_R0 = filled(trimfill(reml, estimator = "R0", control = control)),
    DL_R0 = filled(trimfill(rma(yi, vi, method = "DL"), estimator = "R0")))
  fit <- rma(yi, vi, method = "ML", control = control)
  alternative <- if (coef(fit) > 0) "greater" else "less"
  one$selection <- selected(fit, alternative, NA); one$selection_tau2_0 <- selected(fit, alternative, 0)
  # without ties, and with ties made by rounding; exact p without, normal with
  one$ranktest <- unclass(ranktest(yi + seq_along(yi) / 1e7, vi + seq_along(yi) / 1e9))[c("tau", "pval")]
  one$ranktest_ties <- suppressWarnings(unclass(ranktest(floor(yi * 10) / 10, (floor(d$sei * 10) + 1)^2 / 100))[c("tau", "pval")])
  out[[name]] <- one
}
set.seed(1)
cox <- lapply(1:4, function(i) {
  n <- 60; index <- rep(0:1, n / 2); time <- rexp(n, ifelse(index == 1, 0.2, 0.1))
  if (i > 1) time <- ceiling(time * 2 / i)
  event <- as.integer(runif(n) < 0.7)
  fit <- coxph(Surv(time, event) ~ index, ties = "efron", control = coxph.control(eps = 1e-14))
  list(time = time, event = event, index = index, log_hr = coef(fit)[[1]], se = sqrt(vcov(fit)[1, 1]))
})
write(toJSON(list(sets = out, cox = cox, source = paste("R metafor", packageVersion("metafor"), "survival", packageVersion("survival"))),
  digits = 15, auto_unbox = TRUE, null = "null", na = "null"), "bias.json")
