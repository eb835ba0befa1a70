# Seconds that metafor takes, one "name value" per line. Loops run inside R; where all of it would take hours, a part is
# timed and scaled up: metafor's time is proportional to the number of pools, rows left out, subsets and permutations.
suppressPackageStartupMessages(library(metafor))
set.seed(1)
n <- 10000
yi <- rnorm(n, 0.5, 0.4); vi <- runif(n, 0.01, 0.25)
say <- function(name, value) cat(name, value, "\n")
seconds <- function(work) system.time(work)[[3]]
quiet <- function(work) suppressWarnings(try(work, silent = TRUE))
fit <- function(rows, method) quiet(rma(yi[rows], vi[rows], method = method, test = "knha", control = list(maxiter = 1000)))

for (method in c("DL", "REML"))
  say(paste0("pools_", method), seconds(for (i in 1:200) fit((10 * i - 9):(10 * i), method)) * 10000 / 200)
for (method in c("DL", "REML")) # its matrices are k × k: at k = 10,000 each is 800 MB
  say(paste0("one_", method), seconds(fit(1:1000, method)))
for (method in c("DL", "REML"))
  say(paste0("loo_", method), seconds(for (i in 1:3) fit(setdiff(1:1000, i), method)) * 1000 / 3)
for (method in c("FE", "DL", "REML")) {
  all <- rma(yi[1:15], vi[1:15], method = method)
  say(paste0("gosh_", method), seconds(quiet(gosh(all, subsets = 300, progbar = FALSE))) * (2^15 - 1) / 300)
}
x <- rnorm(40)
all <- rma(yi[1:40], vi[1:40], mods = ~ x, method = "DL")
say("permutations_DL", seconds(quiet(permutest(all, iter = 200, progbar = FALSE))) * 100000 / 200)
