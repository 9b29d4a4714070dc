"""The wording check: words about suicide and illness that may harm, found in what a college is about to publish."""
