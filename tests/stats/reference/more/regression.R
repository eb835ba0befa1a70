# Values of metafor 3.8-1, clubSandwich 0.5.8 and robumeta 2.1 that tests/stats/reference has none of.
# Rscript regression.R > regression.json
suppressMessages({library(metafor); library(clubSandwich); library(robumeta); library(jsonlite)})
set.seed(20030214)
tight <- list(threshold = 1e-12, maxiter = 5000, tol = 1e-15, tau2.max = 1e6)
search <- list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15)

# Twelve studies with a number and a category.
k <- 12
one <- data.frame(yi = round(0.4 + 0.03 * (1:k) + rnorm(k, 0, 0.4), 3), vi = round(runif(k, 0.01, 0.2), 4),
                  year = 1990 + sample(1:30, k), stage = rep(c("I", "II", "III"), 4))
tests <- c(z = "z", t = "t", "hk-plain" = "knha", "hk-adhoc" = "adhoc")
regression <- list()
for (method in c("FE", "DL", "PM", "REML", "ML", "HE", "HS", "SJ", "EB")) for (test in names(tests)) {
  if (method == "FE" && test != "z") next
  m <- rma(yi, vi, mods = ~ year + stage, data = one, method = method, test = tests[[test]], control = tight)
  new <- predict(m, newmods = rbind(c(2000, 1, 0), c(2010, 0, 0)))
  joint <- anova(m, btt = 3:4)
  regression[[paste(method, test, sep = ".")]] <- list(
    b = c(m$beta), se = m$se, stat = m$zval, p = m$pval, ci_low = m$ci.lb, ci_high = m$ci.ub, qm = m$QM, qm_p = m$QMp,
    qe = m$QE, qe_p = m$QEp, tau2 = m$tau2, se_tau2 = m$se.tau2, i2 = m$I2, h2 = m$H2, r2 = m$R2,
    stage = joint$QM, stage_p = joint$QMp, pred = c(new$pred), pred_se = new$se, pred_low = new$ci.lb, pred_high = new$ci.ub)
}
m <- rma(yi, vi, mods = ~ year + stage, data = one, control = tight)
profile <- confint(m, control = tight)$random["tau^2", ]

# An exact permutation test of two groups (70 arrangements).
eight <- data.frame(yi = one$yi[1:8], vi = one$vi[1:8], arm = rep(c(0, 1), each = 4))
permutation <- list()
for (test in c("z", "knha")) {
  m <- permutest(rma(yi, vi, mods = ~ arm, data = eight, test = test, control = tight), exact = TRUE, progbar = FALSE)
  permutation[[names(tests)[tests == test]]] <- list(p = m$pval, omnibus_p = m$QMp)
}

# Influence of every estimate under estimators the other files have not, and Baujat's coordinates.
influences <- list()
for (method in c("PM", "ML")) {
  found <- influence(rma(yi, vi, data = one, method = method, control = tight))
  influences[[method]] <- with(found$inf, list(rstudent = rstudent, dffits = dffits, cook_d = cook.d, cov_r = cov.r,
    tau2_del = tau2.del, qe_del = QE.del, hat = hat, weight = weight, dfbetas = found$dfbs[[1]],
    influential = found$is.infl))
}
pdf(NULL)
baujat <- lapply(list(FE = "FE", REML = "REML"), function(method) {
  xy <- baujat(rma(yi, vi, data = one, method = method, control = tight)); list(x = xy$x, y = xy$y) })
blup <- lapply(tests, function(test) { b <- blup(rma(yi, vi, data = one, test = test, control = tight))
  list(pred = b$pred, se = b$se, pi_low = b$pi.lb, pi_high = b$pi.ub) })

# Clusters of one to five estimates.
cluster <- rep(1:12, c(1, 3, 2, 5, 1, 4, 2, 3, 2, 1, 4, 2)); n <- length(cluster)
many <- data.frame(yi = round(0.3 + rnorm(12, 0, 0.7)[cluster] + rnorm(n, 0, 0.3), 3), vi = round(runif(n, 0.01, 0.12), 4),
                   cluster = cluster, x = round(rnorm(n), 2), obs = 1:n)
many$share <- ave(runif(n), many$cluster, FUN = function(u) round(sort(seq(0.15, 0.85, length.out = length(u)) + u / 20, decreasing = TRUE), 3))
described <- function(m) {
  two <- coef_test(m, vcov = "CR2", cluster = many$cluster); one <- coef_test(m, vcov = "CR1", cluster = many$cluster, test = "naive-t")
  list(b = c(m$beta), se = m$se, q = m$QE, log_likelihood = c(logLik(m)),
       sigma2 = if (is.null(m$sigma2)) m$tau2 else m$sigma2,
       cr2_se = two$SE, cr2_df = two$df_Satt, cr2_p = two$p_Satt, cr1_se = one$SE)
}
nested <- function(factor) lapply(split(many, many$cluster), function(d) {
  odds <- d$share / (1 - d$share); r <- outer(odds, odds, function(a, b) factor * sqrt(pmin(a, b) / pmax(a, b)))
  diag(r) <- 1; r * sqrt(outer(d$vi, d$vi)) })
dependence <- list()
for (mods in c("~ 1", "~ x")) {
  f <- as.formula(mods); these <- list()
  these$RE <- described(rma(yi, vi, mods = f, data = many, control = tight))
  these[["three-level"]] <- described(rma.mv(yi, vi, mods = f, random = ~ 1 | cluster/obs, data = many, control = search))
  for (rho in c(0.2, 0.6)) {
    V <- impute_covariance_matrix(many$vi, many$cluster, rho)
    these[[paste0("CHE.", rho)]] <- described(rma.mv(yi, V, mods = f, random = ~ 1 | cluster/obs, data = many, control = search))
    these[[paste0("CE.", rho)]] <- described(rma.mv(yi, V, mods = f, random = ~ 1 | cluster, data = many, control = search))
    h <- robu(update(f, yi ~ .), data = many, studynum = cluster, var.eff.size = vi, rho = rho, small = TRUE)
    these[[paste0("HTJ.", rho)]] <- list(b = h$reg_table$b.r, sigma2 = c(h$mod_info$tau.sq), cr2_se = h$reg_table$SE,
                                         cr2_df = h$reg_table$dfs, cr2_p = h$reg_table$prob)
  }
  for (factor in c(1, 0.5))
    these[[paste0("multi-cutoff.", factor)]] <- described(
      rma.mv(yi, nested(factor), mods = f, random = ~ 1 | cluster, data = many, control = search))
  dependence[[mods]] <- these
}
cat(toJSON(list(one = one, eight = eight, many = many, regression = regression, profile = unname(profile), permutation = permutation,
                influence = influences, baujat = baujat, blup = blup, dependence = dependence),
           digits = I(15), auto_unbox = TRUE, na = "null", pretty = FALSE), "\n")
