import torch

from senformer.workflow.measure.plain import plain_attention


def test_plain_attention__equals_the_definition():
    torch.manual_seed(0)
    heads, batch, n, dim, width = 2, 3, 5, 4, 6
    content, position, key = (torch.randn(heads, batch, n, dim, dtype=torch.float64) for _ in range(3))
    value = torch.randn(heads, batch, n, width, dtype=torch.float64)
    relative = torch.randn(heads, 2 * n - 1, dim, dtype=torch.float64)
    found = plain_attention(content, position, key, value, relative)
    for i in range(n):
        logits = torch.stack(
            [
                (content[:, :, i] * key[:, :, j]).sum(-1)
                + (position[:, :, i] * relative[:, None, n - 1 + j - i]).sum(-1)
                for j in range(n)
            ],
            dim=-1,
        )
        expected = torch.einsum("hbj,hbjv->hbv", logits.softmax(-1), value)
        torch.testing.assert_close(found[:, :, i], expected)
