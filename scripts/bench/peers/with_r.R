# One of R's packages on the answers in a folder: Rscript with_r.R mirt|TAM FOLDER REPEATS [se]
# Prints one line of JSON and leaves the estimates as text in FOLDER/mirt.tsv or FOLDER/TAM.tsv.

ENOUGH <- 20 # seconds: a slower fit is not repeated

read <- function(folder) {
  shape <- scan(file.path(folder, "shape"), quiet = TRUE)
  column <- function(name, size, signed) {
    readBin(file.path(folder, name), "integer", shape[3], size, signed, endian = "little")
  }
  persons <- column("persons", 4, TRUE) + 1
  items <- column("items", 4, TRUE) + 1
  answers <- matrix(NA_integer_, shape[1], shape[2])
  answers[cbind(persons, items)] <- column("correct", 1, FALSE)
  colnames(answers) <- paste0("i", seq_len(shape[2]))
  answers
}

mirt <- function(answers, errors) {
  fit <- mirt::mirt(answers, 1, itemtype = "2PL", SE = errors, verbose = FALSE)
  drawn <- mirt::coef(fit, simplify = TRUE)$items
  se <- matrix(NA, nrow(drawn), 2)
  if (errors) {
    se <- t(sapply(mirt::coef(fit, printSE = TRUE)[seq_len(nrow(drawn))], function(x) x["SE", 1:2]))
  }
  list(
    a = drawn[, "a1"], d = drawn[, "d"], se_a = se[, 1], se_d = se[, 2],
    iterations = mirt::extract.mirt(fit, "iterations"),
    said = mirt::extract.mirt(fit, "logLik"), converged = mirt::extract.mirt(fit, "converged")
  )
}

TAM <- function(answers, errors) {
  fit <- TAM::tam.mml.2pl(answers, verbose = FALSE, control = list(progress = FALSE))
  list(
    a = fit$B[, 2, 1], d = fit$AXsi[, 2], se_a = NA, se_d = NA,
    iterations = fit$iter, said = fit$deviance / -2, converged = fit$iter < fit$control$maxiter
  )
}

peak <- function() {
  line <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}

asked <- commandArgs(TRUE)
package <- asked[1]
if (!suppressMessages(requireNamespace(package, quietly = TRUE))) quit(status = 3)
if (package == "mirt") mirt::mirtCluster(spec = NULL, omp_threads = 2)
answers <- read(asked[2])
errors <- length(asked) > 3
invisible(gc())
try(cat("5", file = "/proc/self/clear_refs"), silent = TRUE) # the peak is that of the fit
seconds <- cpu <- c()
while (length(seconds) < as.numeric(asked[3]) && sum(seconds) < ENOUGH) {
  clock <- system.time(fit <- suppressMessages(get(package)(answers, errors)))
  seconds <- c(seconds, clock["elapsed"])
  cpu <- c(cpu, clock["user.self"] + clock["sys.self"])
}
table <- data.frame(a = fit$a, b = -fit$d / fit$a, d = fit$d, se_a = fit$se_a, se_d = fit$se_d)
name <- paste0(package, if (errors) "-se" else "", ".tsv")
write.table(format(table, digits = 10), file.path(asked[2], name), quote = FALSE, sep = "\t", row.names = FALSE)
cat(sprintf(
  '{"version": "%s", "seconds": %.4f, "cpu": %.4f, "runs": %d, "iterations": %d, "said": %.4f, "converged": %s, "megabytes": %.0f}\n',
  packageVersion(package), median(seconds), median(cpu), length(seconds), as.integer(fit$iterations),
  fit$said, tolower(fit$converged), peak()
))
