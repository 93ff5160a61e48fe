import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqtut import equations, laws

seeds = st.integers(0, 2**31)
sizes = st.integers(1, 6)

# A grid that is wide and fine enough for sums to be integrals.
GRID = np.linspace(-12, 12, 4001)
SPACING = GRID[1] - GRID[0]


def tiny(seed):
    """A linear-Gaussian model of one code number, a picture, and a cloud that fits it badly."""
    rng = np.random.default_rng(seed)
    w, bias, x = rng.normal(size=(1, 3)), rng.normal(size=3), rng.normal(size=3)
    sigma, mean, spread = rng.uniform(0.5, 1.5), rng.normal(), rng.uniform(0.4, 1.5)
    decoded = GRID[:, None] * w + bias  # (G, 3)
    log_likelihood = stats.norm.logpdf(x, decoded, sigma).sum(axis=1)
    log_prior = stats.norm.logpdf(GRID)
    log_q = stats.norm.logpdf(GRID, mean, spread)
    return (w, bias, x, sigma), (log_likelihood, log_prior, log_q), (mean, spread)


@given(seed=seeds)
def test_summing_out_the_code_gives_the_exact_probability_of_a_linear_gaussian_model(seed):
    (w, bias, x, sigma), (log_likelihood, log_prior, _), _ = tiny(seed)
    exact = equations.linear_gaussian(x, w, bias, sigma)
    assert equations.marginal_likelihood(log_likelihood, log_prior, SPACING) == pytest.approx(exact)
    covariance = w.T @ w + sigma**2 * np.eye(3)
    assert exact == pytest.approx(stats.multivariate_normal.logpdf(x, bias, covariance))


@given(seed=seeds)
def test_each_line_of_the_derivation_is_what_the_text_says_of_it(seed):
    (w, bias, x, sigma), curves, _ = tiny(seed)
    one, two, three, four = equations.elbo_derivation(*curves, SPACING)
    assert one == pytest.approx(equations.linear_gaussian(x, w, bias, sigma))
    assert two == pytest.approx(one)
    assert three <= two + 1e-9
    assert four == pytest.approx(three)


@given(seed=seeds)
def test_the_gap_is_what_the_bound_lacks(seed):
    _, curves, _ = tiny(seed)
    log_p, _, bound, _ = equations.elbo_derivation(*curves, SPACING)
    assert equations.elbo_gap(*curves, SPACING) == pytest.approx(log_p - bound, abs=1e-8)


def test_the_gap_closes_when_the_cloud_is_the_posterior():
    _, (log_likelihood, log_prior, _), _ = tiny(0)
    log_p = equations.marginal_likelihood(log_likelihood, log_prior, SPACING)
    posterior = log_likelihood + log_prior - log_p
    assert equations.elbo_gap(log_likelihood, log_prior, posterior, SPACING) == pytest.approx(0)


@given(mean=st.floats(-3, 3), spread=st.floats(0.2, 1.5))
def test_the_price_of_a_gaussian_cloud_is_its_divergence_on_a_grid(mean, spread):
    log_q, log_p = stats.norm.logpdf(GRID, mean, spread), stats.norm.logpdf(GRID)
    on_grid = equations.kullback_leibler(log_q, log_p, SPACING)
    closed = equations.gaussian_kl([[mean]], [[2 * np.log(spread)]])
    assert closed.shape == (1, 1)
    assert on_grid == pytest.approx(closed.item(), abs=1e-7)


def test_the_divergence_is_not_the_same_in_both_directions():
    narrow, wide = stats.norm.logpdf(GRID, 0, 0.5), stats.norm.logpdf(GRID)
    there = equations.kullback_leibler(narrow, wide, SPACING)
    back = equations.kullback_leibler(wide, narrow, SPACING)
    # by hand: log 2 + 1/8 - 1/2, and -log 2 + 2 - 1/2
    assert there == pytest.approx(np.log(2) - 3 / 8)
    assert back == pytest.approx(3 / 2 - np.log(2))


@given(seed=seeds, draws=sizes)
def test_elbo_is_what_is_said_less_its_price(seed, draws):
    rng = np.random.default_rng(seed)
    said, price = rng.normal(size=(4, draws)), rng.uniform(0, 3, size=4)
    found = equations.elbo(said, price)
    for n in range(4):
        assert found[n] == pytest.approx(sum(said[n]) / draws - price[n])
    assert np.allclose(equations.weighted_elbo(said, price, 1.0), found)
    assert np.allclose(equations.weighted_elbo(said, price, 0.0), said.mean(axis=1))
    assert np.all(equations.weighted_elbo(said, price, 2.0) <= found)


def test_more_codes_bring_the_bound_nearer_to_the_exact_probability():
    (w, bias, x, sigma), _, (mean, spread) = tiny(0)
    noise = np.random.default_rng(0).normal(size=(20_000, 16))
    code = mean + spread * noise
    decoded = code[..., None] * w[0] + bias
    log_weights = (
        stats.norm.logpdf(x, decoded, sigma).sum(axis=-1)
        + stats.norm.logpdf(code)
        - stats.norm.logpdf(code, mean, spread)
    )
    bounds = [equations.importance_weighted_bound(log_weights[:, :k]).mean() for k in (1, 4, 16)]
    exact = equations.linear_gaussian(x, w, bias, sigma)
    assert bounds[0] + 0.05 < bounds[1] and bounds[1] + 0.01 < bounds[2] < exact
    assert bounds[0] == pytest.approx(log_weights[:, 0].mean())


def test_the_bound_of_weights_too_small_for_floats_is_still_finite():
    found = equations.importance_weighted_bound(np.array([-2000.0, -2000.0 + np.log(3)]))
    assert found == pytest.approx(-2000 + np.log(2))


@given(seed=seeds, rows=sizes, units=sizes)
def test_reparameterised_draws_are_gaussian_quantiles_of_their_noise(seed, rows, units):
    mean, log_variance, noise = np.random.default_rng(seed).normal(size=(3, rows, units))
    found = equations.reparameterisation(mean, log_variance, noise)
    wanted = stats.norm.ppf(stats.norm.cdf(noise), mean, np.exp(log_variance) ** 0.5)
    assert np.allclose(found, wanted)


@given(seed=seeds)
def test_the_pathwise_gradient_is_the_slope_of_the_estimate_with_its_noise_held(seed):
    rng = np.random.default_rng(seed)
    noise, mean, sigma = rng.normal(size=7), rng.normal(), rng.uniform(0.5, 2)

    def estimate(at):
        return float(np.mean(np.sin(at[0] + at[1] * noise)))

    found = equations.pathwise_gradient(np.cos(mean + sigma * noise), noise)
    assert laws.gradient_is_slope(estimate, np.array(found), np.array([mean, sigma])).holds


def test_both_gradients_have_the_right_mean_and_the_pathwise_one_less_spread():
    # E z^3 for z ~ N(mu, sigma^2) is mu^3 + 3 mu sigma^2.
    mean, sigma = 0.7, 0.5
    noise = np.random.default_rng(0).normal(size=400_000)
    code = mean + sigma * noise
    wanted = 3 * mean**2 + 3 * sigma**2, 6 * mean * sigma
    pathwise = equations.pathwise_gradient(3 * code**2, noise)
    score = equations.score_gradient(code**3, noise, sigma)
    assert pathwise == pytest.approx(wanted, abs=0.02)
    assert score == pytest.approx(wanted, abs=0.02)
    assert np.std(3 * code**2) < np.std(code**3 * noise / sigma)


@given(seed=seeds, rows=sizes, pixels=sizes)
def test_bernoulli_likelihood_is_the_logarithm_of_the_product_over_pixels(seed, rows, pixels):
    rng = np.random.default_rng(seed)
    x, logits = rng.integers(0, 2, (rows, pixels)), rng.normal(0, 3, (rows, pixels))
    ink = 1 / (1 + np.exp(-logits))
    product = np.where(x == 1, ink, 1 - ink).prod(axis=1)
    assert np.allclose(equations.bernoulli_likelihood(x, logits), np.log(product))


def test_bernoulli_likelihood_stands_logits_of_any_size():
    found = equations.bernoulli_likelihood([[1.0, 0.0]], [[1000.0, 1000.0]])
    assert found.tolist() == [-1000.0]


@given(seed=seeds)
def test_a_mixture_spends_a_probability_of_one_on_all_pictures(seed):
    rng = np.random.default_rng(seed)
    weights, ink = rng.dirichlet(np.ones(3)), rng.uniform(0.05, 0.95, (3, 4))
    pictures = np.array(np.meshgrid(*[[0, 1]] * 4)).reshape(4, -1).T
    assert np.exp(equations.bernoulli_mixture(pictures, weights, ink)).sum() == pytest.approx(1)


def test_a_mixture_of_one_template_is_its_likelihood():
    ink = np.array([[0.2, 0.7]])
    found = equations.bernoulli_mixture([[1, 0]], [1.0], ink)
    assert found == pytest.approx(np.log(0.2 * 0.3))


def test_active_units_counts_those_whose_mean_moves_with_the_picture():
    means = np.array([[5.0, 1.0, 0.01], [5.0, -1.0, -0.01]])
    assert equations.active_units(means) == 1
    assert equations.active_units(means, threshold=5e-5) == 2


def test_free_bits_charges_a_unit_only_for_what_it_uses_beyond_them():
    kl = np.array([[0.0, 3.0], [0.4, 1.0]])  # means 0.2 and 2
    assert equations.free_bits(kl, 0.5) == pytest.approx(2.5)
    assert equations.free_bits(kl, 0.0) == pytest.approx(2.2)
