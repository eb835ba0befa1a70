# Henmi-Copas with the root found to the end and the integral to 1e-12: writes henmi_copas.json beside itself.
# metafor's hc() stops its root at 1.2e-4 and its integral at 1.2e-4 relative; its own `control = list(tol = )` tightens
# the root, and a stricter integrate() in its environment the integral.
# Run in this folder: Rscript henmi_copas.R (R 4 with metafor 3.8-1, jsonlite)
suppressMessages({library(metafor); library(jsonlite)})
strict <- function(f, lower, upper, ...)
  list(value = stats::integrate(f, lower, lower + 0.2, rel.tol = 1e-12, subdivisions = 10000)$value +
         stats::integrate(f, lower + 0.2, lower + 12, rel.tol = 1e-12, subdivisions = 10000)$value)
hc_strict <- metafor:::hc.rma.uni
environment(hc_strict) <- list2env(list(integrate = strict), parent = asNamespace("metafor"))
values <- list()
for (file in sort(list.files("..", pattern = "[.]json$"))) {
  d <- fromJSON(file.path("..", file))
  if (d$k < 2) next
  name <- sub("[.]json$", "", file)
  values[[name]] <- list()
  for (level in c(80, 90, 95)) {
    fit <- rma(yi, sei = sei, data = d$data, method = "DL", level = level)
    out <- hc_strict(fit, control = list(tol = 1e-14, maxiter = 10000))
    values[[name]][[as.character(level)]] <-
      list(mu = out$beta, se = out$se, ci_low = out$ci.lb, ci_high = out$ci.ub, tau2 = out$tau2)
  }
}
write(toJSON(values, digits = 15, auto_unbox = TRUE, pretty = TRUE), "henmi_copas.json")
