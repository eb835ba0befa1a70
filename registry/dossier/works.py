"""The works that methods rest on, as data: what a sentence calls each, and what a reference list says of it."""

from __future__ import annotations

#: How a sentence names a work → authors, title, journal or book, volume, pages, DOI. The year ends the name.
WORKS: dict[str, tuple[str, str, str, str, str, str]] = {
    "DerSimonian & Laird 1986": (
        "DerSimonian R; Laird N",
        "Meta-analysis in clinical trials",
        "Controlled Clinical Trials", "7", "177-188", "10.1016/0197-2456(86)90046-2",
    ),
    "Paule & Mandel 1982": (
        "Paule RC; Mandel J",
        "Consensus values and weighting factors",
        "Journal of Research of the National Bureau of Standards", "87", "377-385", "10.6028/jres.087.022",
    ),
    "DerSimonian & Kacker 2007": (
        "DerSimonian R; Kacker R",
        "Random-effects model for meta-analysis of clinical trials: an update",
        "Contemporary Clinical Trials", "28", "105-114", "10.1016/j.cct.2006.04.004",
    ),
    "Harville 1977": (
        "Harville DA",
        "Maximum likelihood approaches to variance component estimation and to related problems",
        "Journal of the American Statistical Association", "72", "320-338", "10.1080/01621459.1977.10480998",
    ),
    "Viechtbauer 2005": (
        "Viechtbauer W",
        "Bias and efficiency of meta-analytic variance estimators in the random-effects model",
        "Journal of Educational and Behavioral Statistics", "30", "261-293", "10.3102/10769986030003261",
    ),
    "Hardy & Thompson 1996": (
        "Hardy RJ; Thompson SG",
        "A likelihood approach to meta-analysis with random effects",
        "Statistics in Medicine", "15", "619-629", "",
    ),
    "Sidik & Jonkman 2005": (
        "Sidik K; Jonkman JN",
        "A simple heterogeneity variance estimator for meta-analysis",
        "Journal of the Royal Statistical Society Series C", "54", "367-384", "10.1111/j.1467-9876.2005.00489.x",
    ),
    "Jackson et al. 2017": (
        "Jackson D; Law M; Rücker G; Schwarzer G",
        "The Hartung-Knapp modification for random-effects meta-analysis: a useful refinement but are there any"
        " residual concerns?",
        "Statistics in Medicine", "36", "3923-3934", "10.1002/sim.7411",
    ),
    "Röver, Knapp & Friede 2015": (
        "Röver C; Knapp G; Friede T",
        "Hartung-Knapp-Sidik-Jonkman approach and its modification for random-effects meta-analysis with few studies",
        "BMC Medical Research Methodology", "15", "99", "10.1186/s12874-015-0091-1",
    ),
    "Hartung & Knapp 2001": (
        "Hartung J; Knapp G",
        "A refined method for the meta-analysis of controlled clinical trials with binary outcome",
        "Statistics in Medicine", "20", "3875-3889", "10.1002/sim.1009",
    ),
    "Sidik & Jonkman 2002": (
        "Sidik K; Jonkman JN",
        "A simple confidence interval for meta-analysis",
        "Statistics in Medicine", "21", "3153-3159", "10.1002/sim.1262",
    ),
    "Henmi & Copas 2010": (
        "Henmi M; Copas JB",
        "Confidence intervals for random effects meta-analysis and robustness to publication bias",
        "Statistics in Medicine", "29", "2969-2983", "10.1002/sim.4029",
    ),
    "Partlett & Riley 2017": (
        "Partlett C; Riley RD",
        "Random effects meta-analysis: coverage performance of 95% confidence and prediction intervals following REML"
        " estimation",
        "Statistics in Medicine", "36", "301-317", "10.1002/sim.7140",
    ),
    "Higgins, Thompson & Spiegelhalter 2009": (
        "Higgins JPT; Thompson SG; Spiegelhalter DJ",
        "A re-evaluation of random-effects meta-analysis",
        "Journal of the Royal Statistical Society Series A", "172", "137-159", "10.1111/j.1467-985X.2008.00552.x",
    ),
    "Veroniki et al. 2019": (
        "Veroniki AA; Jackson D; Bender R; Kuss O; Langan D; Higgins JPT; Knapp G; Salanti G",
        "Methods to calculate uncertainty in the estimated overall effect size from a random-effects meta-analysis",
        "Research Synthesis Methods", "10", "23-43", "10.1002/jrsm.1319",
    ),
    "Nagashima, Noma & Furukawa 2019": (
        "Nagashima K; Noma H; Furukawa TA",
        "Prediction intervals for random-effects meta-analysis: a confidence distribution approach",
        "Statistical Methods in Medical Research", "28", "1689-1702", "10.1177/0962280218773520",
    ),
    "Viechtbauer 2007": (
        "Viechtbauer W",
        "Confidence intervals for the amount of heterogeneity in meta-analysis",
        "Statistics in Medicine", "26", "37-52", "10.1002/sim.2514",
    ),
    "Higgins & Thompson 2002": (
        "Higgins JPT; Thompson SG",
        "Quantifying heterogeneity in a meta-analysis",
        "Statistics in Medicine", "21", "1539-1558", "10.1002/sim.1186",
    ),
    "Higgins & Thompson 2004": (
        "Higgins JPT; Thompson SG",
        "Controlling the risk of spurious findings from meta-regression",
        "Statistics in Medicine", "23", "1663-1682", "10.1002/sim.1752",
    ),
    "Raudenbush & Bryk 1985": (
        "Raudenbush SW; Bryk AS",
        "Empirical Bayes meta-analysis",
        "Journal of Educational Statistics", "10", "75-98", "10.3102/10769986010002075",
    ),
    "Raudenbush 2009": (
        "Raudenbush SW",
        "Analyzing effect sizes: random-effects models",
        "The handbook of research synthesis and meta-analysis", "", "295-315", "",
    ),
    "Viechtbauer & Cheung 2010": (
        "Viechtbauer W; Cheung MWL",
        "Outlier and influence diagnostics for meta-analysis",
        "Research Synthesis Methods", "1", "112-125", "10.1002/jrsm.11",
    ),
    "Baujat et al. 2002": (
        "Baujat B; Mahé C; Pignon JP; Hill C",
        "A graphical method for exploring heterogeneity in meta-analyses: application to a meta-analysis of 65 trials",
        "Statistics in Medicine", "21", "2641-2652", "10.1002/sim.1221",
    ),
    "Olkin, Dahabreh & Trikalinos 2012": (
        "Olkin I; Dahabreh IJ; Trikalinos TA",
        "GOSH – a graphical display of study heterogeneity",
        "Research Synthesis Methods", "3", "214-223", "10.1002/jrsm.1053",
    ),
    "Steegen et al. 2016": (
        "Steegen S; Tuerlinckx F; Gelman A; Vanpaemel W",
        "Increasing transparency through a multiverse analysis",
        "Perspectives on Psychological Science", "11", "702-712", "10.1177/1745691616658637",
    ),
    "Egger et al. 1997": (
        "Egger M; Davey Smith G; Schneider M; Minder C",
        "Bias in meta-analysis detected by a simple, graphical test",
        "BMJ", "315", "629-634", "10.1136/bmj.315.7109.629",
    ),
    "Begg & Mazumdar 1994": (
        "Begg CB; Mazumdar M",
        "Operating characteristics of a rank correlation test for publication bias",
        "Biometrics", "50", "1088-1101", "10.2307/2533446",
    ),
    "Debray, Moons & Riley 2018": (
        "Debray TPA; Moons KGM; Riley RD",
        "Detecting small-study effects and funnel plot asymmetry in meta-analysis of survival data: a comparison of new"
        " and existing tests",
        "Research Synthesis Methods", "9", "41-50", "10.1002/jrsm.1266",
    ),
    "Duval & Tweedie 2000": (
        "Duval S; Tweedie R",
        "Trim and fill: a simple funnel-plot-based method of testing and adjusting for publication bias in"
        " meta-analysis",
        "Biometrics", "56", "455-463", "10.1111/j.0006-341X.2000.00455.x",
    ),
    "Stanley & Doucouliagos 2014": (
        "Stanley TD; Doucouliagos H",
        "Meta-regression approximations to reduce publication selection bias",
        "Research Synthesis Methods", "5", "60-78", "10.1002/jrsm.1095",
    ),
    "Hedges 1992": (
        "Hedges LV",
        "Modeling publication selection effects in meta-analysis",
        "Statistical Science", "7", "246-255", "10.1214/ss/1177011364",
    ),
    "Vevea & Hedges 1995": (
        "Vevea JL; Hedges LV",
        "A general linear model for estimating effect size in the presence of publication bias",
        "Psychometrika", "60", "419-435", "10.1007/BF02294384",
    ),
    "Sterne et al. 2011": (
        "Sterne JAC; Sutton AJ; Ioannidis JPA; Terrin N; Jones DR; Lau J; Carpenter J; Rücker G; Harbord RM; Schmid CH;"
        " Tetzlaff J; Deeks JJ; Peters J; Macaskill P; Schwarzer G; Duval S; Altman DG; Moher D; Higgins JPT",
        "Recommendations for examining and interpreting funnel plot asymmetry in meta-analyses of randomised controlled"
        " trials",
        "BMJ", "343", "d4002", "10.1136/bmj.d4002",
    ),
    "Altman et al. 1994": (
        "Altman DG; Lausen B; Sauerbrei W; Schumacher M",
        "Dangers of using “optimal” cutpoints in the evaluation of prognostic factors",
        "Journal of the National Cancer Institute", "86", "829-835", "10.1093/jnci/86.11.829",
    ),
    "Pustejovsky & Tipton 2018": (
        "Pustejovsky JE; Tipton E",
        "Small-sample methods for cluster-robust variance estimation and hypothesis testing in fixed effects models",
        "Journal of Business & Economic Statistics", "36", "672-683", "10.1080/07350015.2016.1247004",
    ),
    "Tipton 2015": (
        "Tipton E",
        "Small sample adjustments for robust variance estimation with meta-regression",
        "Psychological Methods", "20", "375-393", "10.1037/met0000011",
    ),
    "Parmar, Torri & Stewart 1998": (
        "Parmar MKB; Torri V; Stewart L",
        "Extracting summary statistics to perform meta-analyses of the published literature for survival endpoints",
        "Statistics in Medicine", "17", "2815-2834", "",
    ),
    "Page et al. 2021": (
        "Page MJ; McKenzie JE; Bossuyt PM; Boutron I; Hoffmann TC; Mulrow CD; others",
        "The PRISMA 2020 statement: an updated guideline for reporting systematic reviews",
        "BMJ", "372", "n71", "10.1136/bmj.n71",
    ),
    "Iorio et al. 2015": (
        "Iorio A; Spencer FA; Falavigna M; Alba C; Lang E; Burnand B; others",
        "Use of GRADE for assessment of evidence about prognosis: rating confidence in estimates of event rates in"
        " broad categories of patients",
        "BMJ", "350", "h870", "10.1136/bmj.h870",
    ),
    "Skoetz et al. 2020": (
        "Skoetz N; Goldkuhle M; van Dalen EC; Akl EA; Trivella M; Mustafa RA; others",
        "GRADE guidelines 27: how to calculate absolute effects for time-to-event outcomes in summary of findings"
        " tables and Evidence Profiles",
        "Journal of Clinical Epidemiology", "118", "124-131", "10.1016/j.jclinepi.2019.10.015",
    ),
    "Foroutan et al. 2020": (
        "Foroutan F; Guyatt G; Zuk V; Vandvik PO; Alba AC; Mustafa R; others",
        "GRADE Guidelines 28: Use of GRADE for the assessment of evidence about prognostic factors: rating certainty in"
        " identification of groups of patients with different absolute risks",
        "Journal of Clinical Epidemiology", "121", "62-70", "10.1016/j.jclinepi.2019.12.023",
    ),
    "Shapley 1953": (
        "Shapley LS",
        "A value for n-person games",
        "Contributions to the Theory of Games II", "", "307-317", "",
    ),
    "Hedges 1983": (
        "Hedges LV", "A random effects model for effect sizes",
        "Psychological Bulletin", "93", "388-395", "10.1037/0033-2909.93.2.388",
    ),
    "Hedges & Olkin 1985": (
        "Hedges LV; Olkin I", "Statistical methods for meta-analysis", "", "", "", "",
    ),
    "Schmidt & Hunter 2015": (
        "Schmidt FL; Hunter JE",
        "Methods of meta-analysis: correcting error and bias in research findings (3rd ed)", "", "", "", "",
    ),
    "Brannick et al. 2019": (
        "Brannick MT; Potter SM; Benitez B; Morris SB",
        "Bias and precision of alternate estimators in meta-analysis: benefits of blending Schmidt–Hunter and Hedges"
        " approaches",
        "Organizational Research Methods", "22", "490-514", "10.1177/1094428117741966",
    ),
    "Morris 1983": (
        "Morris CN", "Parametric empirical Bayes inference: theory and applications",
        "Journal of the American Statistical Association", "78", "47-55", "10.1080/01621459.1983.10477920",
    ),
    "Berkey et al. 1995": (
        "Berkey CS; Hoaglin DC; Mosteller F; Colditz GA",
        "A random-effects regression model for meta-analysis",
        "Statistics in Medicine", "14", "395-411", "10.1002/sim.4780140406",
    ),
    "Viechtbauer 2021": (
        "Viechtbauer W",
        "Median-unbiased estimators for the amount of heterogeneity in meta-analysis",
        "European Congress of Methodology", "", "", "",
    ),
    "Follmann & Proschan 1999": (
        "Follmann DA; Proschan MA", "Valid inference in random effects meta-analysis",
        "Biometrics", "55", "732-737", "10.1111/j.0006-341X.1999.00732.x",
    ),
    "Kenward & Roger 1997": (
        "Kenward MG; Roger JH",
        "Small sample inference for fixed effects from restricted maximum likelihood",
        "Biometrics", "53", "983-997", "10.2307/2533558",
    ),
    "Rosenthal 1979": (
        "Rosenthal R", "The file drawer problem and tolerance for null results",
        "Psychological Bulletin", "86", "638-641", "10.1037/0033-2909.86.3.638",
    ),
    "Orwin 1983": (
        "Orwin RG", "A fail-safe N for effect size in meta-analysis",
        "Journal of Educational Statistics", "8", "157-159", "10.3102/10769986008002157",
    ),
    "Rosenberg 2005": (
        "Rosenberg MS",
        "The file-drawer problem revisited: a general weighted method for calculating fail-safe numbers in"
        " meta-analysis",
        "Evolution", "59", "464-468", "10.1111/j.0014-3820.2005.tb01004.x",
    ),
}  # fmt: skip
