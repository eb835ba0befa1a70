# Subgroups with a common tau² by more methods, and their Hartung-Knapp F: writes subgroup_common_tau2.json beside itself.
# Run in this folder: Rscript subgroup_common_tau2.R (R 4 with metafor 3.8-1, jsonlite)
suppressMessages({library(metafor); library(jsonlite)})
control <- list(threshold = 1e-12, maxiter = 5000, tol = 1e-15, tau2.max = 1e6)
values <- list()
for (name in c("bcg_log_rr", "synthetic_eight_log_hr", "riley2003_both_clustered")) {
  d <- fromJSON(file.path("..", paste0(name, ".json")))$data
  values[[name]] <- list()
  for (method in c("FE", "DL", "PM", "REML", "ML", "HE", "HS", "HSk", "SJ", "EB", "PMM")) {
    wald <- rma(yi, sei = sei, mods = ~ group, data = d, method = method, control = control)
    field <- list(tau2 = wald$tau2, se_tau2 = wald$se.tau2, qm = wald$QM, qm_p = wald$QMp, qe = wald$QE, qe_p = wald$QEp)
    if (method != "FE") {
      hk <- rma(yi, sei = sei, mods = ~ group, data = d, method = method, test = "knha", control = control)
      field <- c(field, list(f = hk$QM, f_p = hk$QMp))
    }
    values[[name]][[method]] <- field
  }
}
write(toJSON(values, digits = 15, auto_unbox = TRUE, pretty = TRUE), "subgroup_common_tau2.json")
