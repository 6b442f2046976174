import pytest
import torch
from tests.contracts import attention as contract
from tests.oracles.attention import dense_layer, layer_mask

from senformer.core.device import without_tf32
from senformer.core.errors import ConfigError
from senformer.model.attention.backends import BACKENDS, block_tables, flex
from senformer.model.attention.base import AttentionSizes
from senformer.model.attention.bigbird import BigBirdAttention, BigBirdConfig
from senformer.model.attention.relative import RelativeAttention, set_backend

SMALL = {"block_bins": 4, "window_blocks": 3, "global_blocks": 2, "random_blocks": 1, "seed": 3}
PATTERNS = [
    ("bigbird", SMALL),
    ("bigbird", SMALL | {"global_blocks": 0, "window_blocks": 1}),
    ("bigbird", SMALL | {"global_blocks": 1, "random_blocks": 2}),
    ("bigbird_2022", {"block_bins": 4}),
]


def flexed(kind: str, **config: int) -> RelativeAttention:
    module = contract.make_layer(kind, **config)
    set_backend(module, "flex")
    return module


@pytest.fixture
def gradients_on_a_cpu(monkeypatch):
    """Let torch's plain form of the kernel compute gradients, which it does, but not for users."""
    from torch.nn.attention import flex_attention

    monkeypatch.setattr(flex_attention, "_validate_device", lambda *operands: None)
    monkeypatch.setattr(flex.FlexBackend, "refuses", lambda self, call: None)


@pytest.mark.parametrize("n_bins", [48, 47, 45])
@pytest.mark.parametrize(("kind", "config"), PATTERNS)
def test_flex__equals_the_oracle(kind, config, n_bins):
    module = flexed(kind, **config)
    x, positions = contract.make_inputs(n_bins)
    with torch.no_grad():
        expected = dense_layer(module, x, positions.whole(), layer_mask(module, n_bins))
        torch.testing.assert_close(module(x, positions), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("n_bins", [48, 45])
@pytest.mark.parametrize(("kind", "config"), PATTERNS)
def test_flex__gradients_equal_the_oracle(kind, config, n_bins, gradients_on_a_cpu):
    contract.equals_dense_under_its_pattern(flexed(kind, **config), n_bins)


def test_flex__refuses_gradients_on_a_cpu():
    module = flexed("bigbird", **SMALL)
    x, positions = contract.make_inputs(47)
    with pytest.raises(ConfigError, match="'flex': it cannot compute this: a CPU computes no gradients"):
        module(x, positions)


def test_flex__refuses_dropout():
    module = contract.make_layer("bigbird", dropout=0.1, **SMALL).train()
    set_backend(module, "flex")
    x, positions = contract.make_inputs(47)
    with torch.no_grad(), pytest.raises(ConfigError, match="no dropout of attention weights"):
        module(x, positions)


@pytest.mark.slow
def test_flex__compiled_kernel_visits_the_listed_blocks_alone(monkeypatch):
    # The compiled form for CPUs reads the same lists as that for GPUs, and here no mask hides the rest.
    monkeypatch.setattr(block_tables, "_mask_mod", lambda *tables: None)
    monkeypatch.setattr(flex, "_attend", torch.compile(flex._attend, dynamic=False, fullgraph=True))
    module, x, positions = full_width(n_bins=601)
    set_backend(module, "flex")
    with torch.no_grad():
        expected = dense_layer(module, x, positions.whole(), layer_mask(module, 601))
        torch.testing.assert_close(module(x, positions), expected, atol=1e-4, rtol=1e-4)


def full_width(n_bins: int, device: str = "cpu", dtype: torch.dtype = torch.float32):
    """Return a layer with the widths of the published one, and two heads."""
    torch.manual_seed(0)
    module = BigBirdAttention(AttentionSizes(384, 2, 64, 192, 6), BigBirdConfig(random_blocks=1), 0)
    torch.nn.init.normal_(module.out.weight, std=0.05)
    x, positions = contract.make_inputs(n_bins)
    x = torch.randn(contract.BATCH, n_bins, 384).to(device, dtype)
    positions = type(positions)(positions.basis, n_bins, 6, 50, x.new_empty(0))
    return module.to(device, dtype), x, positions


# On a GPU: run these first. Compilation takes up to a minute for each shape.
@pytest.mark.gpu
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("n_bins", [640, 601, 1536])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_flex__is_as_exact_as_tiles_on_a_gpu(n_bins, dtype):
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    module, x, positions = full_width(n_bins, "cuda", dtype)
    wide = full_width(n_bins)[0].to("cuda").double()
    wide.load_state_dict(module.state_dict())
    far = x.double().requires_grad_()
    expected = dense_layer(wide, far, positions.whole().double(), layer_mask(wide, n_bins).to("cuda"))
    weight = torch.randn_like(expected)
    wanted = [expected, *torch.autograd.grad((expected * weight).sum(), [far, *wide.parameters()])]
    x.requires_grad_()
    errors = {}
    for name in ("tiles", "flex"):
        set_backend(module, name)
        with without_tf32():
            found = module(x, positions)
            got = torch.autograd.grad((found * weight).sum(), [x, *module.parameters()])
        errors[name] = [
            float((have.double() - want).norm() / want.norm())
            for have, want in zip([found, *got], wanted, strict=True)
        ]
    # Output, input, then the parameters in the order of their registration.
    for flex_error, tiles_error in zip(errors["flex"], errors["tiles"], strict=True):
        assert flex_error <= 2 * tiles_error + 1e-5, errors
    assert max(errors["flex"]) < (1e-4 if dtype == torch.float32 else 0.2), errors


@pytest.mark.gpu
@pytest.mark.filterwarnings("ignore")
def test_flex__per_head_patterns_on_a_gpu():
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    sizes = AttentionSizes(64, 2, 32, 32, 6)
    module = type(contract.make_layer("bigbird_2022", block_bins=32))(
        sizes, contract.make_layer("bigbird_2022", block_bins=32).config, 0
    )
    torch.nn.init.normal_(module.out.weight, std=0.05)
    module.to("cuda")
    _, positions = contract.make_inputs(500)
    positions = type(positions)(positions.basis, 500, 6, 50, torch.empty(0, device="cuda"))
    x = torch.randn(2, 500, 64, device="cuda", requires_grad=True)
    results = []
    for name in ("tiles", "flex"):
        set_backend(module, name)
        with without_tf32():
            out = module(x, positions)
            results.append([out, *torch.autograd.grad(out.square().sum(), [x, *module.parameters()])])
    for reference, found in zip(*results, strict=True):
        assert float((reference - found).norm() / reference.norm()) < 1e-4


@pytest.mark.gpu
@pytest.mark.filterwarnings("ignore")
def test_flex__memory_is_linear_on_a_gpu():
    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")

    def peak(n_bins: int) -> int:
        module, x, positions = full_width(n_bins, "cuda", torch.bfloat16)
        set_backend(module, "flex")
        x.requires_grad_()
        for _ in range(2):  # the first compiles and tunes
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
            module(x, positions).sum().backward()
        return torch.cuda.max_memory_allocated() - before

    assert peak(16_384) < 2.2 * peak(8_192)


def test_flex__is_in_the_table():
    assert isinstance(BACKENDS["flex"], flex.FlexBackend)
