# Makes bayesmeta.json: Rscript bayesmeta.R (in this folder). R 4, bayesmeta 3.4, jsonlite.
# bayesmeta as it comes (delta 0.01, epsilon 1e-4). Six numbers each: mode, median, mean, sd, shortest 95 % low and high.
suppressMessages({library(bayesmeta); library(jsonlite)})
read <- function(name) fromJSON(file.path("..", paste0(name, ".json")))$data
crins <- list(yi = c(-2.3097025608, -0.4595323294, -2.3025850930, -1.7578579176, -1.2584609896, -2.4178959395),
  sei = c(0.5994762996, 0.5563955638, 0.8803408431, 0.4558685029, 0.6419961767, 1.5288107462))
schools <- list(yi = c(28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16),
  sei = c(14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6))
half_normal <- function(scale) function(t) dhalfnormal(t, scale = scale)
half_cauchy <- function(scale) function(t) dhalfcauchy(t, scale = scale)
shown <- function(b) list(tau = b$summary[, "tau"], mu = b$summary[, "mu"], theta = b$summary[, "theta"], effects = t(b$theta[3:8, ]),
  bf01_tau = b$bayesfactor["actual", "tau=0"], bf01_mu = b$bayesfactor["actual", "mu=0"],
  marginal_likelihood = c(b$marginal.likelihood), points = nrow(b$support))
run <- function(d, prior, mean = NA, sd = NA) {
  fit <- bayesmeta(d$yi, d$sei, tau.prior = prior, mu.prior.mean = mean, mu.prior.sd = sd)
  c(list(yi = d$yi, sei = d$sei), shown(fit))
}
out <- list(
  crins = run(crins, half_normal(0.5), 0, 4), schools = run(schools, half_cauchy(25), 0, 50),
  schools_uniform = run(schools, "uniform"),
  bcg_half_normal = run(read("bcg_log_rr"), half_normal(0.5)), eight_half_cauchy = run(read("synthetic_eight_log_hr"), half_cauchy(0.5)),
  egger_half_normal = run(read("egger2001_log_or"), half_normal(0.5), 0, 2))
write(toJSON(out, digits = I(14), auto_unbox = TRUE, na = "null"), "bayesmeta.json")
